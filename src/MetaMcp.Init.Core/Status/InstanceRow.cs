namespace MetaMcp.Init.Core.Status;

/// <summary>The state of a launched server; the words are those of the row.</summary>
public enum InstanceCondition { Starting, Busy, Idle, Ending }

/// <summary>One launched server.</summary>
public sealed record InstanceRow : StatusRow
{
    /// <summary>The id of its run.</summary>
    public required string Id { get; init; }

    /// <summary><c>memory@12</c>: the type, and the number of the run.</summary>
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    public required string Server { get; init; }

    /// <summary>As in the row of the type.</summary>
    public string? CountedAs { get; init; }

    /// <summary>
    /// Its place among the instances of its type, or of all types that are counted together: the smallest from 1 that was free.
    /// </summary>
    public required int Slot { get; init; }

    public required InstanceCondition Condition { get; init; }

    public required TimeSpan Age { get; init; }

    /// <summary>The time without traffic; null while there is traffic, and where no guard tells.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>The service that its client belongs to; null for none.</summary>
    public string? Service { get; init; }

    public int? Pid { get; init; }

    public long? MemoryMax { get; init; }

    public long? TasksMax { get; init; }

    public double? CpuMax { get; init; }

    /// <summary>Its processes have launched servers, whose processor time the kernel adds to theirs when they end.</summary>
    public bool HasLaunched { get; init; }

    /// <summary>The number of its run, which PID 1 finds the cgroup by; it is in no line.</summary>
    public long Run { get; init; }

    /// <summary>The directory of its cgroup; null without one.</summary>
    public string? Cgroup { get; init; }
}
