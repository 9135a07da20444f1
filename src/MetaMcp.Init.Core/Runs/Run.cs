using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>A run that has a process. The kernel uses pids again; the number of a run is never used again.</summary>
public readonly record struct Run(long Number, int Pid, Instant StartedAt)
{
    /// <summary>
    /// The start time of a main process that is not our child; null for a child. The end of a child comes by SIGCHLD, with its status.
    /// That of another process comes by a pidfd and without a status, and its pid is not held until we collect it: the start time
    /// (<c>man 5 proc</c>, stat) tells it from a later process with its pid.
    /// </summary>
    public ulong? ForeignStart { get; init; }

    /// <summary>The same run with another main process.</summary>
    public Run With(RunEvent.MainChanged main)
    {
        ArgumentNullException.ThrowIfNull(main);
        return this with { Pid = main.Pid, ForeignStart = main.ForeignStart };
    }
}
