namespace MetaMcp.Init.Core.Status;

/// <summary>One process of a run, as the asker has seen it in /proc.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Parent">The pid of its parent.</param>
/// <param name="Command">Its command line, or its name in parentheses where it has none; it may be hostile.</param>
public sealed record ProcessLine(int Pid, int Parent, string Command)
{
    public TimeSpan? Age { get; init; }

    /// <summary>In bytes: an estimate.</summary>
    public long? Memory { get; init; }

    /// <summary>It has ended and waits to be collected.</summary>
    public bool IsZombie { get; init; }
}
