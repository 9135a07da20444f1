using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>What the kernel, or the answer to an effect, tells the supervisor.</summary>
public abstract record SystemEvent : Case
{
    /// <summary>The first event of all.</summary>
    public sealed record Begin : SystemEvent;

    /// <summary>Somebody has sent us a signal.</summary>
    /// <param name="Signal">Which.</param>
    /// <param name="IsOfKernel">The kernel sent it, and no process: SIGWINCH of a terminal that has another size now.</param>
    public sealed record SignalArrived(Signal Signal, bool IsOfKernel = false) : SystemEvent;

    /// <summary>A child was collected.</summary>
    /// <param name="Pid">Its pid, which is free for others from now on.</param>
    /// <param name="Status">How it ended.</param>
    /// <param name="Problem">
    /// What the second stage said, where it never became the service; of a probe, the last line that it wrote.
    /// </param>
    /// <param name="OthersLeft">Whether other processes of its run are left.</param>
    /// <param name="IsShortage">Whether the problem was a shortage of the container.</param>
    public sealed record ChildEnded(int Pid, ExitStatus Status, string? Problem, bool OthersLeft, bool IsShortage = false) : SystemEvent;

    /// <summary>Every child that had ended has been collected.</summary>
    public sealed record ChildrenCollected(bool AnyLeft) : SystemEvent;

    public sealed record Spawned(long RunNumber, int Pid) : SystemEvent;

    /// <summary>There is no process.</summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Reason">The step and the kernel's answer.</param>
    /// <param name="ExitCode">The code that the service is taken to have ended with.</param>
    /// <param name="IsShortage">Whether the container was short of something: the start is tried again and not counted.</param>
    public sealed record SpawnFailed(long RunNumber, string Reason, int ExitCode, bool IsShortage = false) : SystemEvent;

    public sealed record Executed(long RunNumber) : SystemEvent;

    /// <summary>A newline came on its <c>notify_fd</c>.</summary>
    public sealed record Notified(long RunNumber) : SystemEvent;

    /// <summary>What a process that may speak for a run has sent to its NOTIFY_SOCKET.</summary>
    public sealed record Said(long RunNumber, NotifyMessage Message) : SystemEvent;

    /// <summary>Another process is the main one of a run: it has put itself into the background, or said so (MAINPID=).</summary>
    public sealed record MainChanged(long RunNumber, int Pid) : SystemEvent;

    /// <summary>Why no process was taken for the main one.</summary>
    public sealed record MainRefused(long RunNumber, string Reason) : SystemEvent;

    /// <summary>The last process of a run that is watched is gone.</summary>
    public sealed record RunEmpty(long RunNumber) : SystemEvent;

    /// <summary>The kernel's counts of a run have moved; told before the end of a process they explain.</summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="AtStart">The counts before its first process.</param>
    /// <param name="Now">The counts as they stand.</param>
    /// <param name="Peak">The most memory it ever held; null where the kernel does not say (before Linux 5.19).</param>
    public sealed record OutOfMemory(long RunNumber, OomCounts AtStart, OomCounts Now, ByteSize? Peak) : SystemEvent;

    public sealed record ProbeSpawned(long RunNumber, int Pid) : SystemEvent;

    public sealed record ProbeSpawnFailed(long RunNumber) : SystemEvent;

    public sealed record StopCommandSpawned(long RunNumber, int Pid) : SystemEvent;

    public sealed record StopCommandNotStarted(long RunNumber) : SystemEvent;

    /// <summary>What runs use; those of which nothing is left are not among them.</summary>
    public sealed record Sampled(ImmutableArray<RunUsage> Usages, bool Closely) : SystemEvent;

    /// <summary>
    /// What a run, and everything together, hold as the kernel counts it; told at each beat of its probe, and when asked.
    /// </summary>
    /// <param name="RunNumber">Which run.</param>
    /// <param name="Memory">What its cgroup holds and would miss, in bytes.</param>
    /// <param name="OfAll">That of the workload; null where it cannot be read.</param>
    public sealed record MemoryRead(long RunNumber, long Memory, long? OfAll) : SystemEvent;

    /// <summary>What a comparison with the kernel showed.</summary>
    /// <param name="Gone">Entered pids that are no children of ours any more; the end of each was told just before.</param>
    /// <param name="Strangers">Processes that belong to no live run; one that could not be looked at is not among them.</param>
    /// <param name="Vanished">Of those known before, the ones that have ended.</param>
    /// <param name="Emptied">Runs of which nothing was left without anybody having said so, and cgroups of nobody's that were
    /// removed.</param>
    public sealed record Swept(IReadOnlyList<int> Gone, IReadOnlyList<Stranger> Strangers, IReadOnlyList<Stranger> Vanished, int Emptied)
        : SystemEvent
    {
        /// <summary>Runs of which something was lost on its way.</summary>
        public IReadOnlyList<RunFacts> Facts { get; init; } = [];

        /// <summary>Probes and stop commands whose end was lost on its way, by their number in the registry.</summary>
        public IReadOnlyList<long> LostHelpers { get; init; } = [];

        /// <summary>Children that may be strangers and were not looked at, since a look takes only so many.</summary>
        public int Unseen { get; init; }
    }

    /// <summary>The file was read again and is whole.</summary>
    public sealed record Reloaded(Plan Plan) : SystemEvent;

    /// <summary>It was read again and cannot be in force.</summary>
    public sealed record ReloadRefused(IReadOnlyList<string> Problems) : SystemEvent;

    public sealed record TimePassed : SystemEvent
    {
        /// <summary>The same each time, so that there is one also where there is no memory.</summary>
        public static TimePassed Instance { get; } = new();
    }
}
