using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>What can happen to one service.</summary>
public abstract record ServiceEvent : Case
{
    /// <summary>Its dependencies are satisfied.</summary>
    public sealed record Start : ServiceEvent;

    /// <summary>Its dependency failed for good.</summary>
    public sealed record Skip(int Dependency, int ExitCode) : ServiceEvent;

    /// <summary>The time of its next start has come, and what it depends on is not there.</summary>
    public sealed record Postpone : ServiceEvent;

    /// <summary>What it was skipped for is there after all.</summary>
    public sealed record Resume : ServiceEvent;

    /// <summary>Its turn to stop has come.</summary>
    public sealed record Stop : ServiceEvent;

    /// <summary>Its turn in the cleanup queue has come.</summary>
    public sealed record Turn : ServiceEvent;

    /// <summary>Its table in the file is another.</summary>
    public sealed record Reconfigure : ServiceEvent;

    /// <summary>One that it names in restart_with has ended.</summary>
    /// <param name="Dependency">Its name.</param>
    public sealed record Restart(string Dependency) : ServiceEvent;

    /// <summary>An emergency: no more waiting.</summary>
    public sealed record Kill : ServiceEvent;

    /// <summary>The startup phase is over and this one is not up.</summary>
    public sealed record GiveUp(string Reason) : ServiceEvent;

    public sealed record Spawned(int Pid) : ServiceEvent;

    public sealed record SpawnFailed(string Reason, int ExitCode, bool IsShortage = false) : ServiceEvent;

    /// <summary>The process is the service's own program now.</summary>
    public sealed record Executed : ServiceEvent;

    public sealed record Notified : ServiceEvent;

    /// <summary>What it says of itself on its NOTIFY_SOCKET.</summary>
    public sealed record Said(NotifyMessage Message) : ServiceEvent;

    /// <summary>Its pidfile was read.</summary>
    public sealed record MainNamed(int Pid) : ServiceEvent;

    /// <summary>Another process is the main one of its run.</summary>
    public sealed record MainChanged(int Pid) : ServiceEvent;

    /// <summary>The main process was collected.</summary>
    /// <param name="Status">How it ended.</param>
    /// <param name="Problem">What the second stage said where it never became the service.</param>
    /// <param name="OthersLeft">Whether other processes of the run are left.</param>
    /// <param name="Oom">Where the kernel had killed it, or some of it, for memory.</param>
    public sealed record Exited(ExitStatus Status, string? Problem, bool OthersLeft, OomCause? Oom = null) : ServiceEvent
    {
        /// <summary>Whether the problem was a shortage of the container.</summary>
        public bool IsShortage { get; init; }

        /// <summary>One clause: <c>killed by SIGKILL, out of memory: its memory_max of 64MiB</c>.</summary>
        public string Reason => Oom is null ? $"{Status}" : $"{Status}, out of memory: {Oom.Limit}";
    }

    /// <summary>It is over a limit that the kernel does not enforce here.</summary>
    /// <param name="Reason">One clause: <c>over its memory_max of 64MiB, with 70MiB</c>.</param>
    public sealed record OverLimit(string Reason) : ServiceEvent;

    /// <summary>The last process of the run is gone.</summary>
    public sealed record RunEmpty : ServiceEvent;

    public sealed record ProbeSpawned(int Pid) : ServiceEvent;

    /// <summary>A probe was collected.</summary>
    /// <param name="Failure">Why it failed; null where it succeeded.</param>
    public sealed record ProbeEnded(ProbeFailure? Failure) : ServiceEvent;

    /// <summary>No process was to be had for it, which says nothing about the service.</summary>
    public sealed record ProbeNotStarted : ServiceEvent;

    public sealed record StopCommandSpawned(int Pid) : ServiceEvent;

    /// <summary>Its stop_command has ended; without a status it could not be started.</summary>
    public sealed record StopCommandEnded(ExitStatus? Status) : ServiceEvent;

    public sealed record DeadlinePassed : ServiceEvent;
}
