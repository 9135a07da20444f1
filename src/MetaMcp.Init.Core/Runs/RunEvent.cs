using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The events of one run.</summary>
public abstract record RunEvent : Case
{
    /// <summary>The owner of the run wants the run to end.</summary>
    /// <param name="Outcome">The meaning of that end.</param>
    public sealed record Stop(Outcome Outcome) : RunEvent;

    /// <summary>An emergency: the run is killed without waiting.</summary>
    public sealed record Kill : RunEvent;

    /// <summary>The turn of the run in the cleanup queue has come.</summary>
    public sealed record Turn : RunEvent;

    public sealed record Spawned(int Pid) : RunEvent;

    public sealed record SpawnFailed(string Reason, int ExitCode, bool IsShortage = false) : RunEvent;

    /// <summary>The second stage has executed the service's own program.</summary>
    public sealed record Executed : RunEvent;

    public sealed record Notified : RunEvent;

    /// <summary>A message that the service sent to its NOTIFY_SOCKET.</summary>
    public sealed record Said(NotifyMessage Message) : RunEvent;

    /// <summary>The pidfile of the run was read.</summary>
    public sealed record MainNamed(int Pid) : RunEvent;

    /// <summary>Another process is the main process of the run.</summary>
    /// <param name="Pid">The process.</param>
    /// <param name="ForeignStart">As that of <see cref="Run"/>.</param>
    public sealed record MainChanged(int Pid, ulong? ForeignStart = null) : RunEvent;

    /// <summary>The main process, which was not our child, has ended.</summary>
    /// <param name="OthersLeft">Whether other processes of the run are left.</param>
    /// <param name="Oom">Where the kernel had killed it, or some of it, for memory.</param>
    public sealed record MainEnded(bool OthersLeft, OomCause? Oom = null) : RunEvent;

    /// <summary>The main process was collected.</summary>
    /// <param name="Status">The exit status of the main process.</param>
    /// <param name="Problem">The message of the second stage if it could not execute the service's program.</param>
    /// <param name="OthersLeft">Whether other processes of the run are left.</param>
    /// <param name="Oom">The limit for which the kernel had killed a process of the run; null if it killed none for memory.</param>
    public sealed record Exited(ExitStatus Status, string? Problem, bool OthersLeft, OomCause? Oom = null) : RunEvent
    {
        /// <summary>Whether the problem was a shortage of the container.</summary>
        public bool IsShortage { get; init; }

        /// <summary>One clause: <c>killed by SIGKILL, out of memory: its memory_max of 64MiB</c>.</summary>
        public string Reason => Oom is null ? $"{Status}" : $"{Status}, out of memory: {Oom.Limit}";
    }

    /// <summary>The run is over a limit that the kernel does not enforce here.</summary>
    /// <param name="Reason">One clause: <c>over its memory_max of 64MiB, with 70MiB</c>.</param>
    public sealed record OverLimit(string Reason) : RunEvent;

    /// <summary>The last process of the run has ended.</summary>
    public sealed record RunEmpty : RunEvent;

    public sealed record ProbeSpawned(int Pid) : RunEvent;

    /// <summary>A probe was collected.</summary>
    /// <param name="Failure">Why the probe failed; null if it succeeded.</param>
    public sealed record ProbeEnded(ProbeFailure? Failure) : RunEvent;

    /// <summary>No process could be created for a probe, which says nothing about the service.</summary>
    public sealed record ProbeNotStarted : RunEvent;

    public sealed record StopCommandSpawned(int Pid) : RunEvent;

    /// <summary>The stop_command of the run has ended; without a status it could not be started.</summary>
    public sealed record StopCommandEnded(ExitStatus? Status) : RunEvent;

    public sealed record DeadlinePassed : RunEvent;
}
