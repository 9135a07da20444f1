namespace MetaMcp.Init.Core.Status;

/// <summary>One process of a run, as the asker has seen it in /proc.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Parent">The pid of its parent.</param>
/// <param name="Command">The words of its command line that may be shown, or its name in parentheses; they may be hostile.</param>
public sealed record ProcessLine(int Pid, int Parent, string Command)
{
    /// <summary>There are words in the command line that are not shown.</summary>
    public bool IsCommandCut { get; init; }

    public TimeSpan? Age { get; init; }

    /// <summary>In bytes: an estimate.</summary>
    public long? Memory { get; init; }

    /// <summary>It has ended and waits to be collected.</summary>
    public bool IsZombie { get; init; }
}
