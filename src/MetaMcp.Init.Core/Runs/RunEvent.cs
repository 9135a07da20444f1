using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The events of one run.</summary>
public abstract record RunEvent : Case
{
    /// <summary>Its owner wants it to end.</summary>
    /// <param name="Outcome">What its end will mean.</param>
    public sealed record Stop(Outcome Outcome) : RunEvent;

    /// <summary>An emergency: no more waiting.</summary>
    public sealed record Kill : RunEvent;

    /// <summary>Its turn in the cleanup queue has come.</summary>
    public sealed record Turn : RunEvent;

    public sealed record Spawned(int Pid) : RunEvent;

    public sealed record SpawnFailed(string Reason, int ExitCode, bool IsShortage = false) : RunEvent;

    /// <summary>The process is the service's own program now.</summary>
    public sealed record Executed : RunEvent;

    public sealed record Notified : RunEvent;

    /// <summary>What it says of itself on its NOTIFY_SOCKET.</summary>
    public sealed record Said(NotifyMessage Message) : RunEvent;

    /// <summary>Its pidfile was read.</summary>
    public sealed record MainNamed(int Pid) : RunEvent;

    /// <summary>Another process is the main one of its run.</summary>
    public sealed record MainChanged(int Pid) : RunEvent;

    /// <summary>The main process was collected.</summary>
    /// <param name="Status">How it ended.</param>
    /// <param name="Problem">What the second stage said where it never became the service.</param>
    /// <param name="OthersLeft">Whether other processes of the run are left.</param>
    /// <param name="Oom">Where the kernel had killed it, or some of it, for memory.</param>
    public sealed record Exited(ExitStatus Status, string? Problem, bool OthersLeft, OomCause? Oom = null) : RunEvent
    {
        /// <summary>Whether the problem was a shortage of the container.</summary>
        public bool IsShortage { get; init; }

        /// <summary>One clause: <c>killed by SIGKILL, out of memory: its memory_max of 64MiB</c>.</summary>
        public string Reason => Oom is null ? $"{Status}" : $"{Status}, out of memory: {Oom.Limit}";
    }

    /// <summary>It is over a limit that the kernel does not enforce here.</summary>
    /// <param name="Reason">One clause: <c>over its memory_max of 64MiB, with 70MiB</c>.</param>
    public sealed record OverLimit(string Reason) : RunEvent;

    /// <summary>The last process of the run is gone.</summary>
    public sealed record RunEmpty : RunEvent;

    public sealed record ProbeSpawned(int Pid) : RunEvent;

    /// <summary>A probe was collected.</summary>
    /// <param name="Failure">Why it failed; null where it succeeded.</param>
    public sealed record ProbeEnded(ProbeFailure? Failure) : RunEvent;

    /// <summary>No process was to be had for a probe, which says nothing about the service.</summary>
    public sealed record ProbeNotStarted : RunEvent;

    public sealed record StopCommandSpawned(int Pid) : RunEvent;

    /// <summary>Its stop_command has ended; without a status it could not be started.</summary>
    public sealed record StopCommandEnded(ExitStatus? Status) : RunEvent;

    public sealed record DeadlinePassed : RunEvent;
}
