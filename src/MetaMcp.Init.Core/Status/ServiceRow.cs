using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Status;

/// <summary>The state of a service as a person names it; the words are those of the row.</summary>
public enum ServiceCondition
{
    Waiting, Starting, Ready, Failing, Stopping, Backoff, Open, Trial, Completed, Finished, Failed, Skipped, Stopped,
}

/// <summary>One service.</summary>
public sealed record ServiceRow : StatusRow
{
    public required string Name { get; init; }

    public required ServiceCondition Condition { get; init; }

    /// <summary>
    /// It is up, or has done its work: what readiness means to services that depend on it, to <c>health</c>, to <c>wait</c> and to metrics.
    /// One in a trial run or with probes that fail may be; one that has ended well by itself, but was to run, is not.
    /// </summary>
    public bool IsReady { get; init; }

    /// <summary>The time since it came to this state.</summary>
    public required TimeSpan Since { get; init; }

    /// <summary>The age of the run, for which its processor time counts; null if there is none.</summary>
    public TimeSpan? RunAge { get; init; }

    public bool IsOneshot { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>The main process; null if there is none.</summary>
    public int? Pid { get; init; }

    /// <summary>The id of the run, as in MCP_INIT_INSTANCE; null if there is none.</summary>
    public string? Instance { get; init; }

    /// <summary>Processes of this run have launched servers, whose processor time the kernel adds to theirs when they end.</summary>
    public bool HasLaunched { get; init; }

    /// <summary>Runs that got a process.</summary>
    public int Starts { get; init; }

    /// <summary>Restarts by mcp-init itself (<see cref="RestartReasons.Automatic"/>); null from an older mcp-init.</summary>
    public long? Restarts { get; init; }

    /// <summary>How the last run ended: <c>exit code 3</c>; null if none has ended.</summary>
    public string? LastEnd { get; init; }

    /// <summary>The exit code of that run, as a shell has it (128 and the number of a signal); null if none has ended.</summary>
    public int? LastCode { get; init; }

    /// <summary>The limit for which that run ended: <c>its memory_max of 64MiB</c>; null if it ended for none.</summary>
    public string? LastLimit { get; init; }

    /// <summary>The reason of its state: <c>waits for db</c>; null if the state says all.</summary>
    public string? Why { get; init; }

    /// <summary>The time to the next start, or to the end of a deadline; null if nothing is due.</summary>
    public TimeSpan? Next { get; init; }

    public bool HasProbe { get; init; }

    public long Probes { get; init; }

    public long ProbesFailed { get; init; }

    /// <summary>The time that the last probe took; null before the first.</summary>
    public TimeSpan? LastProbe { get; init; }

    /// <summary>Why the last failed probe failed; null if none has.</summary>
    public string? ProbeFailure { get; init; }

    /// <summary>The STATUS= of the service.</summary>
    public string? Says { get; init; }

    public long? MemoryMax { get; init; }

    public long? TasksMax { get; init; }

    public double? CpuMax { get; init; }

    public ImmutableArray<string> DependsOn { get; init; } = [];

    public ImmutableArray<string> NeededBy { get; init; } = [];

    /// <summary>The program, without its arguments, which may be secrets.</summary>
    public string? Command { get; init; }

    /// <summary>The user as the file names it; null for that of mcp-init.</summary>
    public string? User { get; init; }

    /// <summary>The directory of its cgroup; null without one.</summary>
    public string? Cgroup { get; init; }

    /// <summary>The number of its run, which PID 1 finds the cgroup by; it is in no line.</summary>
    public long Run { get; init; }

    /// <summary>Whether its state needs a person, or may need one.</summary>
    public bool IsBroken => Condition is ServiceCondition.Failed or ServiceCondition.Open or ServiceCondition.Skipped;

    public bool IsOnItsWay => Condition is ServiceCondition.Waiting or ServiceCondition.Starting or ServiceCondition.Stopping
        or ServiceCondition.Backoff or ServiceCondition.Trial;
}
