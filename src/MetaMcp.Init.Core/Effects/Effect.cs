using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>What the machines ask of the kernel. It knows runs, each by its number, and no plan.</summary>
public abstract record Effect : Case
{
    /// <summary>Start the service; answered by Spawned or SpawnFailed.</summary>
    public sealed record Spawn(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>Start a probe of the service; answered by ProbeSpawned or ProbeEnded.</summary>
    public sealed record SpawnProbe(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>
    /// Find the main process of a run that has put itself into the background. With a pidfile a child is started that reads it,
    /// answered as a probe is; else the oldest is taken, answered as <see cref="TakeMain"/> is.
    /// </summary>
    public sealed record FindMain(long RunNumber, ServiceSettings Settings) : Effect;

    /// <summary>
    /// Take a process for the main one, if it is a child of ours and of this run; answered by MainChanged or MainRefused.
    /// </summary>
    public sealed record TakeMain(long RunNumber, int Pid) : Effect;

    /// <summary>To the main process alone, if it still is that of the run.</summary>
    public sealed record SignalMain(long RunNumber, int Pid, Signal Signal) : Effect
    {
        /// <summary>Passed on for somebody else ([signals]): it asks for no end.</summary>
        public bool IsForwarded { get; init; }
    }

    /// <summary>To every process that belongs to the run: its cgroup, or what can be found of it where there is none.</summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Main">Its main process, collected or not, which leads its process group.</param>
    /// <param name="Signal">SIGKILL is sent until nothing is left to take it.</param>
    public sealed record SignalRun(long RunNumber, int Main, Signal Signal) : Effect;

    /// <summary>Run the service's stop_command; answered by StopCommandSpawned or StopCommandNotStarted.</summary>
    /// <param name="RunNumber">Which run is to end.</param>
    /// <param name="Main">Its main process, which the command is told.</param>
    /// <param name="Settings">Those it runs with.</param>
    public sealed record SpawnStopCommand(long RunNumber, int Main, ServiceSettings Settings) : Effect;

    /// <summary>End a probe or a stop_command of the run that is late or no longer wanted, with its whole group.</summary>
    public sealed record KillHelper(long RunNumber, int Pid) : Effect;

    /// <summary>Its main process was collected and others are left: tell when the last is gone.</summary>
    public sealed record WatchRun(long RunNumber, int Main) : Effect;

    /// <summary>To every process that is left; answered by ChildrenCollected.</summary>
    public sealed record SignalTheRest(Signal Signal) : Effect;

    /// <summary>Measure what runs use, where the kernel does not; answered by Sampled.</summary>
    public sealed record Sample(ImmutableArray<long> Runs, bool Closely) : Effect;

    /// <summary>Read how much memory runs hold, where the kernel counts it; each is answered by MemoryRead.</summary>
    public sealed record ReadMemory(ImmutableArray<long> Runs) : Effect;

    /// <summary>Compare with the kernel; answered by Swept.</summary>
    /// <param name="Runs">What is believed of them.</param>
    /// <param name="Helpers">Probes and stop commands that are entered.</param>
    /// <param name="Known">Processes of nobody's that were seen before.</param>
    /// <param name="Strangers">Whether such processes are wanted at all.</param>
    public sealed record Sweep(
        IReadOnlyList<RunBelief> Runs, IReadOnlyList<HelperBelief> Helpers, IReadOnlyList<Stranger> Known, bool Strangers) : Effect
    {
        /// <summary>These are all runs there are: what the kernel has beside them is to end.</summary>
        public bool IsWhole { get; init; }
    }

    /// <summary>To a process that is nobody's, if it still is the one that was seen.</summary>
    public sealed record SignalStranger(Stranger Stranger, Signal Signal) : Effect;

    /// <summary>Read the file again, after a read that is under way; answered by Reloaded or ReloadRefused.</summary>
    public sealed record ReadFile : Effect;

    /// <summary>It need not be read any more, and is not answered.</summary>
    public sealed record DropFile : Effect;

    /// <summary>A file is in force: what concerns the whole (limits, the log) takes effect.</summary>
    public sealed record Apply(Settings Before, Settings After) : Effect;

    public sealed record Report(Notice Notice) : Effect;

    /// <summary>Nothing is left to do.</summary>
    public sealed record Exit(int Code) : Effect;
}
