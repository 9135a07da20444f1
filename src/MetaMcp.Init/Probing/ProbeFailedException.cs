namespace MetaMcp.Init.Probing;

/// <summary>The one way a probe fails: with a line that says why. It never leaves the verb.</summary>
internal sealed class ProbeFailedException : Exception
{
    public ProbeFailedException() { }

    public ProbeFailedException(string message) : base(message) { }

    public ProbeFailedException(string message, Exception innerException) : base(message, innerException) { }
}
