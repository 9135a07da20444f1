namespace MetaMcp.Init.Probing;

/// <summary>The failure of a probe, with a line that gives the reason. Only the verb catches it.</summary>
internal sealed class ProbeFailedException : Exception
{
    public ProbeFailedException() { }

    public ProbeFailedException(string message) : base(message) { }

    public ProbeFailedException(string message, Exception innerException) : base(message, innerException) { }
}
