using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>An event that the kernel, or the answer to an effect, brings to the supervisor.</summary>
public abstract record SystemEvent : Case
{
    /// <summary>The first event of all.</summary>
    public sealed record Begin : SystemEvent;

    /// <summary>A signal was sent to us.</summary>
    /// <param name="Signal">The signal.</param>
    /// <param name="IsOfKernel">Whether the kernel sent it, and no process: SIGWINCH of a terminal whose size has changed.</param>
    public sealed record SignalArrived(Signal Signal, bool IsOfKernel = false) : SystemEvent;

    /// <summary>An operator asks for something to be done.</summary>
    /// <param name="Client">The number of the client, which gets the answer.</param>
    /// <param name="Request">A verb that acts; the client has the right to it.</param>
    /// <param name="Asker">For people: <c>root (pid 88)</c>.</param>
    public sealed record Asked(long Client, ControlRequest Request, string Asker) : SystemEvent;

    /// <summary>A child was collected.</summary>
    /// <param name="Pid">Its pid, which the kernel may give to another process from now on.</param>
    /// <param name="Status">Its exit status.</param>
    /// <param name="Problem">
    /// The message of the second stage if it could not execute the program; of a probe, the last line that it wrote.
    /// </param>
    /// <param name="OthersLeft">Whether other processes of its run are left.</param>
    /// <param name="IsShortage">Whether the problem was a shortage of the container.</param>
    public sealed record ChildEnded(int Pid, ExitStatus Status, string? Problem, bool OthersLeft, bool IsShortage = false) : SystemEvent;

    /// <summary>Every child that had ended has been collected.</summary>
    public sealed record ChildrenCollected(bool AnyLeft) : SystemEvent;

    public sealed record Spawned(long RunNumber, int Pid) : SystemEvent;

    /// <summary>No process could be created.</summary>
    /// <param name="RunNumber">The number of the run.</param>
    /// <param name="Reason">The step that failed, and the kernel's answer.</param>
    /// <param name="ExitCode">The exit code that the service is taken to have ended with.</param>
    /// <param name="IsShortage">Whether the container was short of a resource: then the start is tried again and not counted.</param>
    public sealed record SpawnFailed(long RunNumber, string Reason, int ExitCode, bool IsShortage = false) : SystemEvent;

    public sealed record Executed(long RunNumber) : SystemEvent;

    /// <summary>The service wrote a newline to its <c>notify_fd</c>.</summary>
    public sealed record Notified(long RunNumber) : SystemEvent;

    /// <summary>A message to the NOTIFY_SOCKET of a run, from a process that may speak for the run.</summary>
    public sealed record Said(long RunNumber, NotifyMessage Message) : SystemEvent;

    /// <summary>
    /// Another process is the main process of a run: the service has put itself into the background, or has sent MAINPID=.
    /// </summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Pid">The process.</param>
    /// <param name="ForeignStart">The start time of one that is not our child; null for a child.</param>
    public sealed record MainChanged(long RunNumber, int Pid, ulong? ForeignStart = null) : SystemEvent;

    /// <summary>The main process of a run has ended, and was not our child: how it ended, its parent alone is told.</summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Pid">The process.</param>
    /// <param name="OthersLeft">Whether other processes of the run are left.</param>
    public sealed record MainEnded(long RunNumber, int Pid, bool OthersLeft) : SystemEvent;

    /// <summary>Why no process was accepted as the main process.</summary>
    public sealed record MainRefused(long RunNumber, string Reason) : SystemEvent;

    /// <summary>The rest of a run was signalled.</summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Processes">Their number; null if they could not be listed.</param>
    /// <param name="Commands">Their names as <see cref="CommandCounts"/> has them.</param>
    public sealed record RestSignalled(long RunNumber, int? Processes, ImmutableArray<string> Commands) : SystemEvent;

    /// <summary>The last process of a watched run has ended.</summary>
    public sealed record RunEmpty(long RunNumber) : SystemEvent;

    /// <summary>The kernel's counts of a run have changed; this comes before the end of the process that they explain.</summary>
    /// <param name="RunNumber">The number of the run.</param>
    /// <param name="AtStart">The counts before its first process.</param>
    /// <param name="Now">The current counts.</param>
    /// <param name="Peak">The most memory that the run ever held; null if the kernel does not tell (before Linux 5.19).</param>
    public sealed record OutOfMemory(long RunNumber, OomCounts AtStart, OomCounts Now, ByteSize? Peak) : SystemEvent;

    public sealed record ProbeSpawned(long RunNumber, int Pid) : SystemEvent;

    public sealed record ProbeSpawnFailed(long RunNumber) : SystemEvent;

    public sealed record StopCommandSpawned(long RunNumber, int Pid) : SystemEvent;

    public sealed record StopCommandNotStarted(long RunNumber) : SystemEvent;

    /// <summary>The memory and tasks of runs; runs that have no process left are not among them.</summary>
    public sealed record Sampled(ImmutableArray<RunUsage> Usages, bool Closely) : SystemEvent;

    /// <summary>
    /// The use of a run, and of the whole workload, as the kernel counts it; read at each beat of its probe, and on request. Null stands
    /// for a figure that is not counted, or cannot be read.
    /// </summary>
    /// <param name="RunNumber">The number of the run.</param>
    /// <param name="Memory">The memory that the cgroup of the run holds and could not give back, in bytes.</param>
    /// <param name="Tasks">The processes and threads of the run.</param>
    /// <param name="MemoryOfAll">The memory of the workload.</param>
    /// <param name="TasksOfAll">The tasks of the workload.</param>
    public sealed record UsageRead(long RunNumber, long? Memory, long? Tasks, long? MemoryOfAll, long? TasksOfAll) : SystemEvent;

    /// <summary>How full disks are, each with its space or the reason why that is not known.</summary>
    public sealed record DisksRead(ImmutableArray<DiskReading> Disks) : SystemEvent;

    /// <summary>The memory of all runs together has reached the wire, which is away now; or the wire could not be set.</summary>
    public sealed record PressureWireTripped : SystemEvent
    {
        /// <summary>One instance for all, so that the event needs no memory.</summary>
        public static PressureWireTripped Instance { get; } = new();
    }

    /// <summary>All runs together have waited for memory; at most once in two seconds.</summary>
    /// <param name="Percent">The part of the last ten seconds; null if it cannot be read.</param>
    public sealed record Stalled(double? Percent) : SystemEvent;

    /// <summary>The kernel cannot tell of stalls.</summary>
    public sealed record StallsNotToBeHad(string Problem) : SystemEvent;

    /// <summary>How much memory is in use.</summary>
    /// <param name="Workload">That of all runs together; null if the kernel does not count it.</param>
    /// <param name="Container">That of the container; null if it cannot be read.</param>
    /// <param name="Runs">That of each run that was asked for and could be read; null if none was asked for.</param>
    public sealed record PressureRead(PressureFigures? Workload, PressureFigures? Container, ImmutableArray<RunUsage>? Runs) : SystemEvent;

    /// <summary>The result of a comparison with the kernel.</summary>
    /// <param name="Gone">Entered pids that are not our children any more; the end of each was reported just before.</param>
    /// <param name="Strangers">Processes that belong to no live run; processes whose /proc could not be read are not among them.</param>
    /// <param name="Vanished">Known strangers that have ended.</param>
    /// <param name="Emptied">
    /// Runs that have no process left although no event said so, and cgroups that belonged to no run and were removed.
    /// </param>
    public sealed record Swept(IReadOnlyList<int> Gone, IReadOnlyList<Stranger> Strangers, IReadOnlyList<Stranger> Vanished, int Emptied)
        : SystemEvent
    {
        /// <summary>Runs for which an event or an answer was lost.</summary>
        public IReadOnlyList<RunFacts> Facts { get; init; } = [];

        /// <summary>Probes and stop commands whose end was not reported, by their number in the registry.</summary>
        public IReadOnlyList<long> LostHelpers { get; init; } = [];

        /// <summary>The number of children that may be strangers and were not read, since one sweep reads a limited number.</summary>
        public int Unseen { get; init; }
    }

    /// <summary>Something happened to a launch.</summary>
    /// <param name="Id">The number of the launch, which no other launch has or had.</param>
    /// <param name="Event">What happened.</param>
    public sealed record Launch(long Id, LaunchEvent Event) : SystemEvent;

    /// <summary>The file was read again and is valid.</summary>
    public sealed record Reloaded(Plan Plan) : SystemEvent;

    /// <summary>The file was read again and cannot be put in force.</summary>
    public sealed record ReloadRefused(IReadOnlyList<string> Problems) : SystemEvent;

    /// <summary>The command of [alerts] has ended, or could not be started.</summary>
    /// <param name="Number">The number of the message.</param>
    /// <param name="Problem">A clause; null if it has ended with exit code 0.</param>
    public sealed record AlertSent(long Number, string? Problem) : SystemEvent;

    public sealed record TimePassed : SystemEvent
    {
        /// <summary>One instance for all, so that the event needs no memory.</summary>
        public static TimePassed Instance { get; } = new();
    }
}
