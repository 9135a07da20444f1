namespace MetaMcp.Init.Core.Status;

/// <summary>One type of launched server.</summary>
public sealed record ServerRow : StatusRow
{
    public required string Name { get; init; }

    /// <summary>The name in metrics if it is another: clients choose names of types, and beyond some these are counted together.</summary>
    public string? CountedAs { get; init; }

    /// <summary>Instances that have a place.</summary>
    public required int Instances { get; init; }

    /// <summary>The most of them; null without a limit.</summary>
    public int? Most { get; init; }

    public int Idle { get; init; }

    /// <summary>Launches that wait for a place or for their turn.</summary>
    public int Waiting { get; init; }

    /// <summary>Launches that were refused.</summary>
    public long Refused { get; init; }

    /// <summary>Instances that have ended.</summary>
    public long Ended { get; init; }

    public long? MemoryMax { get; init; }
}
