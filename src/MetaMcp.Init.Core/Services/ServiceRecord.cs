using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>What is remembered of a service over all its runs, for those who ask. No decision hangs on it.</summary>
/// <param name="Starts">Runs that got a process.</param>
/// <param name="LastExit">How the last of them ended that has.</param>
/// <param name="LastOom">Whose memory limit that was for; null where for none.</param>
/// <param name="ChangedAt">When it came to the state it is in.</param>
/// <param name="Probes">Of ready runs.</param>
public readonly record struct ServiceRecord(int Starts, ExitStatus? LastExit, OomCause? LastOom, Instant ChangedAt, ProbeStatistics Probes)
{
    /// <summary>What it held when somebody last looked; null for never.</summary>
    public ByteSize? Memory { get; init; }

    /// <summary>How near that was to its memory_max.</summary>
    public MemoryLevel Level { get; init; }

    /// <summary>What it last said of itself (STATUS=); null for nothing.</summary>
    public string? Status { get; init; }

    /// <summary>It said RELOADING=1 or STOPPING=1, and not READY=1 since; null for neither.</summary>
    public string? Doing { get; init; }

    /// <summary>With what it has said just now.</summary>
    public ServiceRecord Saying(in NotifyMessage message) => this with
    {
        Status = message.Status is { } text ? text.Length > 0 ? text : null : Status,
        Doing = message.IsStopping ? "stopping by itself" : message.IsReloading ? "reloading" : message.IsReady ? null : Doing,
    };

    /// <summary>
    /// It has come as far as it would once, and the startup does not wait for it any more: what crashes later is not late.
    /// </summary>
    public bool HasSettled { get; init; }

    /// <summary>What the container was short of when it was last to start; null once a start had what it takes.</summary>
    public string? Shortage { get; init; }

    /// <summary>
    /// The startup has ended without it for a shortage, its own or one of what it waits for, and it has not come up since.
    /// </summary>
    public bool IsHeldUp { get; init; }

    /// <summary>The service that it is to be started anew with, by restart_with, and has not been told of yet.</summary>
    public int? RestartsWith { get; init; }

    /// <summary>It has come up, or never will.</summary>
    public ServiceRecord Settled() => this with { HasSettled = true, Shortage = null, IsHeldUp = false };

    /// <summary>Since when its run is being ended, or was.</summary>
    public Instant EndingSince { get; init; }

    /// <summary>
    /// The SIGKILL that its ending may take beyond the first, as the file had it when that began: it has failed or not, whatever the next
    /// file says.
    /// </summary>
    public int KillRetries { get; init; }

    /// <summary>Of every run that has ended, by itself or not.</summary>
    public CleanupStatistics Cleanups { get; init; }
}

/// <summary>How the endings of a service went.</summary>
/// <param name="Clean">So many were over when they had been asked, or by themselves.</param>
/// <param name="Killed">So many took SIGKILL.</param>
/// <param name="Failed">So many outlived it.</param>
/// <param name="Last">How long the last one took, from when it was to end until nothing was left.</param>
/// <param name="Worst">The longest.</param>
public readonly record struct CleanupStatistics(long Clean, long Killed, long Failed, TimeSpan Last, TimeSpan Worst)
{
    public CleanupStatistics With(TimeSpan took, bool isKilled) => this with
    {
        Clean = Clean + (isKilled ? 0 : 1), Killed = Killed + (isKilled ? 1 : 0), Last = took, Worst = took > Worst ? took : Worst,
    };

    public CleanupStatistics Failing(TimeSpan took) => this with { Failed = Failed + 1, Last = took, Worst = took > Worst ? took : Worst };
}

/// <summary>How the probes of a service went.</summary>
/// <param name="Checks">So many had a result.</param>
/// <param name="Failures">Of those, failed.</param>
/// <param name="Last">How long the last one took, from its start to its end.</param>
/// <param name="Worst">The longest.</param>
/// <param name="Total">Of all together.</param>
public readonly record struct ProbeStatistics(long Checks, long Failures, TimeSpan Last, TimeSpan Worst, TimeSpan Total)
{
    public TimeSpan Average => Checks == 0 ? TimeSpan.Zero : Total / Checks;

    /// <summary>Why the last of those that failed did.</summary>
    public string? LastFailure { get; init; }

    /// <param name="failure">Null where it succeeded.</param>
    /// <param name="took">From its start to its end.</param>
    public ProbeStatistics With(string? failure, TimeSpan took) =>
        new(Checks + 1, Failures + (failure is null ? 0 : 1), took, took > Worst ? took : Worst, Total + took)
        {
            LastFailure = failure ?? LastFailure,
        };
}
