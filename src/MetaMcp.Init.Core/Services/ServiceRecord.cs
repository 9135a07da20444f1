using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>The record of a service over all its runs, for status and log. No restart decision depends on it.</summary>
/// <param name="Starts">The number of runs that got a process.</param>
/// <param name="LastExit">The exit status of the last run that has ended.</param>
/// <param name="LastOom">The memory limit for which that run ended; null if it ended for none.</param>
/// <param name="ChangedAt">The time at which the service came to its state.</param>
/// <param name="Probes">The probes of ready runs.</param>
public readonly record struct ServiceRecord(int Starts, ExitStatus? LastExit, OomCause? LastOom, Instant ChangedAt, ProbeStatistics Probes)
{
    /// <summary>The limit of ours for which that run was ended, as a clause; null if it ended for none.</summary>
    public string? LastLimit { get; init; }

    /// <summary>The memory of the service when it was last measured; null if it never was.</summary>
    public ByteSize? Memory { get; init; }

    /// <summary>
    /// Whether that is the figure of a rough look: a page that several processes share counts for each, so that a service of many processes
    /// seems to hold up to three times what it does.
    /// </summary>
    public bool IsMemoryRough { get; init; }

    /// <summary>The time at which memory was last measured exactly.</summary>
    public Instant MemoryAt { get; init; }

    /// <summary>How near it came to memory_max and tasks_max of the service.</summary>
    public UsageLevels Levels { get; init; }

    /// <summary>The last STATUS= of the service; null if it sent none.</summary>
    public string? Status { get; init; }

    /// <summary>RELOADING=1 or STOPPING=1, if the service sent no READY=1 since; null otherwise.</summary>
    public string? Doing { get; init; }

    /// <summary>The record after a message of the service.</summary>
    public ServiceRecord Saying(in NotifyMessage message) => this with
    {
        Status = message.Status is { } text ? text.Length > 0 ? text : null : Status,
        Doing = message.IsStopping ? "stopping by itself" : message.IsReloading ? "reloading" : message.IsReady ? null : Doing,
    };

    /// <summary>
    /// Whether the service has ever settled: the startup does not wait for it any more, and a later crash does not make it late.
    /// </summary>
    public bool HasSettled { get; init; }

    /// <summary>The resource that the container was short of at the last start; null once a start had all it needs.</summary>
    public string? Shortage { get; init; }

    /// <summary>
    /// Whether the startup ended without the service because of a shortage, its own or that of a service it waits for, and it has not
    /// come up since.
    /// </summary>
    public bool IsHeldUp { get; init; }

    /// <summary>
    /// The operator who has stopped the service, for people; null if none has, or if one has started it since. It is not started again by
    /// itself, and its end is no failure.
    /// </summary>
    public string? HeldBy { get; init; }

    /// <summary>The service that this one is to be restarted with, by restart_with, if this one has not been told yet.</summary>
    public int? RestartsWith { get; init; }

    /// <summary>The service has come up, or never will.</summary>
    public ServiceRecord Settled() => this with { HasSettled = true, Shortage = null, IsHeldUp = false };

    /// <summary>The last run whose processes have launched a server; 0 if there is none.</summary>
    public long LaunchedIn { get; init; }

    /// <summary>The time at which its run began to end.</summary>
    public Instant EndingSince { get; init; }

    /// <summary>
    /// The <c>retries</c> of SIGKILL in the file that was in force when the ending began: whether that ending has failed does not change
    /// with the next file.
    /// </summary>
    public int KillRetries { get; init; }

    /// <summary>Every run that has ended, by itself or not.</summary>
    public CleanupStatistics Cleanups { get; init; }
}
