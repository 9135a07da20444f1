using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>A request of the machines to the kernel. It knows runs, each by its number, and no plan.</summary>
public abstract record Effect : Case
{
    /// <summary>Start the service; answered by Spawned or SpawnFailed.</summary>
    public sealed record Spawn(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>Start a probe of the service; answered by ProbeSpawned or ProbeEnded.</summary>
    public sealed record SpawnProbe(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>
    /// Find the main process of a run that has put itself into the background. If it has a pidfile, a child is started that reads the
    /// file, and the answer comes as that of a probe. Otherwise the oldest process is taken, and the answer comes as that of
    /// <see cref="TakeMain"/>.
    /// </summary>
    public sealed record FindMain(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>Accept a process as the main process, if it is our child and of this run; answered by MainChanged or MainRefused.</summary>
    public sealed record TakeMain(long RunNumber, int Pid) : Effect;

    /// <summary>Send a signal to the main process alone, if the run still has this main process.</summary>
    public sealed record SignalMain(long RunNumber, int Pid, Signal Signal) : Effect
    {
        /// <summary>Whether the signal is only passed on ([signals]) and does not ask for an end.</summary>
        public bool IsForwarded { get; init; }
    }

    /// <summary>Send a signal to every process of the run: to its cgroup, or to the processes that can be found if it has none.</summary>
    /// <param name="RunNumber">The number of the run.</param>
    /// <param name="Main">The main process of the run, collected or not, which leads its process group.</param>
    /// <param name="Signal">SIGKILL is sent until no process is left that could take it.</param>
    public sealed record SignalRun(long RunNumber, int Main, Signal Signal) : Effect
    {
        /// <summary>Whether to tell which processes get the signal; answered by RestSignalled, unless none is left.</summary>
        public bool IsTold { get; init; }
    }

    /// <summary>Run the service's stop_command; answered by StopCommandSpawned or StopCommandNotStarted.</summary>
    /// <param name="RunNumber">The number of the run that is to end.</param>
    /// <param name="Main">The main process of the run; the command gets its pid.</param>
    /// <param name="Settings">The settings that the service runs with.</param>
    public sealed record SpawnStopCommand(long RunNumber, int Main, ServiceSettings Settings) : Effect;

    /// <summary>Kill a probe or a stop_command of the run that is late or not needed any more, with its whole process group.</summary>
    public sealed record KillHelper(long RunNumber, int Pid) : Effect;

    /// <summary>The main process was collected and other processes of the run are left: report the end of the last one.</summary>
    public sealed record WatchRun(long RunNumber, int Main) : Effect;

    /// <summary>
    /// The main process of the run is not our child: tell when it has ended, which a pidfd shows (<c>man 2 pidfd_open</c>); answered by
    /// MainEnded, at once if it is gone already. It is watched until it has ended, or another process is the main one.
    /// </summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Main">The process.</param>
    /// <param name="StartTime">Tells it from a later process with its pid.</param>
    public sealed record WatchMain(long RunNumber, int Main, ulong StartTime) : Effect;

    /// <summary>Send a signal to every process that is left; answered by ChildrenCollected.</summary>
    public sealed record SignalTheRest(Signal Signal) : Effect;

    /// <summary>Measure the use of runs, if the kernel does not count it; answered by Sampled.</summary>
    public sealed record Sample(ImmutableArray<long> Runs, bool Closely) : Effect;

    /// <summary>Read the memory and the tasks of runs, if the kernel counts them; each is answered by UsageRead.</summary>
    public sealed record ReadUsage(ImmutableArray<long> Runs) : Effect;

    /// <summary>Read how full disks are; answered by DisksRead.</summary>
    public sealed record ReadDisks(ImmutableArray<string> Paths) : Effect;

    /// <summary>
    /// Let the kernel tell when all runs together stand still for want of memory, or no longer; answered by Stalled, each time that they
    /// do, or by StallsNotToBeHad.
    /// </summary>
    public sealed record WatchStalls(bool IsOn) : Effect;

    /// <summary>
    /// Set a wire that trips when the memory of all runs together reaches so many bytes; null takes it away. It is answered by
    /// PressureWireTripped, once: at once if the memory is there already, or if the wire cannot be set.
    /// </summary>
    public sealed record SetPressureWire(long? Bytes) : Effect;

    /// <summary>
    /// Read the memory of all runs together and of the container, and that of these runs, where any are given; answered by PressureRead.
    /// </summary>
    public sealed record ReadPressure(ImmutableArray<long>? Runs) : Effect;

    /// <summary>Compare with the kernel; answered by Swept.</summary>
    /// <param name="Runs">The beliefs about runs.</param>
    /// <param name="Helpers">The probes and stop commands that are entered.</param>
    /// <param name="Known">The strangers that were found before.</param>
    /// <param name="Strangers">Whether strangers are to be looked for at all.</param>
    public sealed record Sweep(
        IReadOnlyList<RunBelief> Runs, IReadOnlyList<HelperBelief> Helpers, IReadOnlyList<Stranger> Known, bool Strangers) : Effect
    {
        /// <summary>Whether these are all runs: a run that the kernel has beside them is to end.</summary>
        public bool IsWhole { get; init; }
    }

    /// <summary>Send a signal to a stranger, if the pid still belongs to the process that was found.</summary>
    public sealed record SignalStranger(Stranger Stranger, Signal Signal) : Effect;

    /// <summary>Read the file again, after a read that is under way; answered by Reloaded or ReloadRefused.</summary>
    public sealed record ReadFile : Effect;

    /// <summary>The file need not be read any more; there is no answer.</summary>
    public sealed record DropFile : Effect;

    /// <summary>A file is in force: settings of the whole container (limits, the log) take effect.</summary>
    public sealed record Apply(Settings Before, Settings After) : Effect;

    /// <summary>
    /// A launch has a place: make the cgroup of its run, with the limits of the server, and tell the shim. If that fails, the answer is
    /// NotPlaced.
    /// </summary>
    /// <param name="Id">The number of the launch.</param>
    /// <param name="RunNumber">The number of its run.</param>
    /// <param name="Server">The settings of the server.</param>
    public sealed record GrantLaunch(long Id, long RunNumber, ServerSettings Server) : Effect
    {
        /// <summary>For the person who has typed the name of the server; null for none.</summary>
        public string? Hint { get; init; }
    }

    /// <summary>Move the process into the cgroup of the run, where there is one; answered by Placed or NotPlaced.</summary>
    public sealed record PlaceLaunch(long Id, long RunNumber, ProcessKey Main) : Effect;

    /// <summary>The process is in its place: tell the shim that the server may start.</summary>
    public sealed record GoLaunch(long Id) : Effect;

    /// <summary>The launch has to wait for a place: tell the shim why.</summary>
    public sealed record WaitLaunch(long Id, string Reason) : Effect;

    /// <summary>The launch gets no place: tell the shim, and let go of everything that belongs to the launch.</summary>
    /// <param name="Id">The number of the launch.</param>
    /// <param name="Code">The kind of the refusal.</param>
    /// <param name="Reason">A sentence.</param>
    /// <param name="Holders">The instances that hold the places, a line each.</param>
    public sealed record RefuseLaunch(long Id, RefusalCode Code, string Reason, ImmutableArray<string> Holders) : Effect;

    /// <summary>The instance is going to be ended: tell the shim why.</summary>
    public sealed record TellLaunch(long Id, string Reason) : Effect;

    /// <summary>
    /// None of the processes of the instance is left: tell the shim, with the reason if mcp-init has ended it, and let go of everything
    /// that belongs to the launch.
    /// </summary>
    public sealed record EndLaunch(long Id, string? Reason) : Effect;

    /// <summary>Answer a request of a client that acts.</summary>
    /// <param name="Client">The number of the client.</param>
    /// <param name="Rows">The answer; the last row is its end.</param>
    public sealed record AnswerClient(long Client, IReadOnlyList<StatusRow> Rows) : Effect;

    public sealed record Report(Notice Notice) : Effect;

    /// <summary>Start the command of [alerts] with the document on its stdin; answered by AlertSent when it has ended.</summary>
    /// <param name="Number">The number of the message, which the answer repeats.</param>
    /// <param name="Command">Program and arguments.</param>
    /// <param name="Document">At most 4 KiB.</param>
    public sealed record SendAlert(long Number, ImmutableArray<string> Command, byte[] Document) : Effect;

    /// <summary>Kill the command of [alerts], with its whole process group; answered by AlertSent, at once if it does not run.</summary>
    public sealed record KillAlertCommand(long Number) : Effect;

    /// <summary>PID 1 ends: nothing is left to do.</summary>
    public sealed record Exit(int Code) : Effect;
}
