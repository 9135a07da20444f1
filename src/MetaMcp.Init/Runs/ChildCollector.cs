using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>Collects children and reports how each ended, after everything that its run had reported before.</summary>
/// <param name="runs">Knows the main processes.</param>
/// <param name="helpers">Children that belong to no run, until they are collected.</param>
/// <param name="pss">Has a child of its own, whose end is reported to it alone.</param>
/// <param name="read">Likewise.</param>
/// <param name="disks">Likewise.</param>
/// <param name="disposal">Likewise.</param>
/// <param name="probes">The outputs of probes.</param>
/// <param name="reports">The reports of runs about themselves.</param>
/// <param name="takeOther">Takes the end of a helper that none of these has; true if it was one.</param>
/// <param name="follow">Whether another process has taken the place of a main process.</param>
/// <param name="streams">The outputs of runs.</param>
/// <param name="memory">Knows whether the kernel killed a run for its memory.</param>
/// <param name="tell">Takes the events.</param>
internal sealed class ChildCollector(
    RunTable runs, HelperTable helpers, PssMeasurement pss, ConfigRead read, DiskRead disks, DescriptorDisposal disposal,
    ProbeOutputs probes, RunReports reports, Func<int, ExitStatus, bool> takeOther, Func<ServiceRun, ExitStatus, bool> follow,
    OpenStreams streams, MemoryWatch memory, Action<SystemEvent> tell)
{
    /// <summary>The last output of many services that end at once is read in several turns.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    private readonly Queue<(Reaped Reaped, ServiceRun? Run)> _reaped = new();
    private readonly Dictionary<string, EndedRun> _last = [];
    private Signal? _endingTheRest;
    private int _probably;

    /// <summary>Whether <see cref="Collect"/> has something to do.</summary>
    public bool IsDue { get; private set; }

    /// <summary>SIGCHLD has come.</summary>
    /// <param name="pid">Probably the child that has ended: the kernel finds one pid without a walk over all of our children.</param>
    public void ChildEnded(int pid) => (IsDue, _probably) = (true, pid);

    /// <summary>
    /// Sends a signal to every process that is left, and to those that become our children later because their parents end.
    /// </summary>
    public void EndTheRest(Signal signal)
    {
        _endingTheRest = signal;
        Descendants.End(signal);
        Collect();
    }

    /// <summary>
    /// Collects the children that have ended: one SIGCHLD may stand for any number of them. If more end than one turn takes, the next
    /// turn goes on without waiting.
    /// </summary>
    public void Collect()
    {
        bool anyLeft;
        var collected = 0;
        runs.Expire();
        // All children are collected first, so that one look at the processes they leave behind serves for all. If it fails, the
        // next turn takes the rest.
        IsDue = true;
        _reaped.EnsureCapacity(_reaped.Count + Reaper.MaxPerTurn);
        if (_probably > 0 && Reaper.TryCollect(_probably) is { } first)
        {
            _reaped.Enqueue((first, runs.TakeMain(first.Pid)));
            collected++;
        }
        _probably = 0;
        while (Reaper.TryCollect(out anyLeft) is { } reaped)
        {
            _reaped.Enqueue((reaped, runs.TakeMain(reaped.Pid)));
            if (++collected == Reaper.MaxPerTurn)
                break;
        }
        TellEnds();
        IsDue = collected == Reaper.MaxPerTurn || _reaped.Count > 0;
        if (_reaped.Count > 0)
            return;
        _ = runs.TakeEmpty(tell);
        // The processes that the ended ones leave behind are our children now, and as a subreaper we have not signalled them yet.
        if (anyLeft && collected > 0 && _endingTheRest is { } signal && getpid() != 1)
            Descendants.End(signal);
        var mayBeHungHelpers = read.HasLeft || disks.HasLeft || disposal.HasLeft || helpers.Left > 0;
        if (anyLeft && mayBeHungHelpers && _endingTheRest is not null)
            anyLeft = !AreOnlyHungHelpersLeft();
        // This may be the end of mcp-init, and the last output of a daemon whose service ended long ago is still in its pipe.
        if (!anyLeft)
            streams.LastWords();
        tell(new SystemEvent.ChildrenCollected(anyLeft));
    }

    /// <summary>
    /// Another process took the exit status of this child. That should not happen; if it does, nothing must go on waiting for it.
    /// </summary>
    public void Missed(int pid)
    {
        _reaped.EnsureCapacity(_reaped.Count + 1);
        _reaped.Enqueue((new Reaped(pid, ExitStatus.Exited(ExitCodes.System)), runs.TakeMain(pid)));
        IsDue = true;
        TellEnds();
    }

    /// <summary>The main process of a run, which was not our child, has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isChild">The process has become our child, and its status is to be collected.</param>
    public void ForeignEnded(ServiceRun run, bool isChild)
    {
        if (isChild)
        {
            ChildEnded(run.Main);
            return;
        }
        _reaped.EnsureCapacity(_reaped.Count + 1);
        _reaped.Enqueue((new Reaped(run.Main, ExitStatus.Unknown), runs.TakeForeign(run)));
        IsDue = true;
    }

    /// <summary>Whether a pid belongs to a child that was collected and whose end was not reported yet.</summary>
    public bool IsWaiting(int pid)
    {
        foreach (var (reaped, _) in _reaped)
            if (reaped.Pid == pid)
                return true;
        return false;
    }

    /// <summary>The last run of a service whose main process was collected: how that ended is still known when the news is lost.</summary>
    public EndedRun? Ended(long number)
    {
        foreach (var ended in _last.Values)
            if (ended.Number == number)
                return ended;
        return null;
    }

    /// <summary>An end leaves the queue when it was reported: if memory ends before that, it is reported the next time.</summary>
    private void TellEnds()
    {
        var end = MonotonicClock.Now + Slice;
        while (_reaped.TryPeek(out var ended))
        {
            var isTold = true;
            try
            {
                Ended(ended.Reaped, ended.Run);
            }
            catch (OutOfMemoryException)
            {
                isTold = ended.Run is { ToldStatus: not null };
                throw;
            }
            finally
            {
                if (isTold)
                    _ = _reaped.Dequeue();
            }
            if (MonotonicClock.Now >= end)
                return;
        }
    }

    /// <summary>
    /// The end of mcp-init does not wait for helpers that were sent SIGKILL and sleep in the kernel: a helper that reads a file from
    /// a file system that hangs, or how full that is, or closes a descriptor on one.
    /// </summary>
    private bool AreOnlyHungHelpersLeft()
    {
        var others = false;
        return ChildrenFile.ForEachOfOurs(
            pid => others |= !read.IsLeft(pid) && !disks.IsLeft(pid) && !disposal.IsLeft(pid) && !helpers.IsLeft(pid)) && !others;
    }

    /// <summary>
    /// The reason why a run never became its service; null if it did. A second stage that ends by itself before it has applied
    /// everything, and without a report, had no memory or no second thread for its runtime.
    /// </summary>
    private static StartProblem? ProblemOf(ServiceRun run, ExitStatus status) => run switch
    {
        { Problem: { } problem } => problem,
        { IsApplied: true } => null,
        _ => new StartProblem(
            $"the second stage ended before it could become the program: {status}", ExitCodes.System,
            IsShortage: !run.HasOwnLimits && (status.Code is not null || status.Signal == Signal.Abort)),
    };

    /// <summary>The last line of a probe; the probe's end is reported even if there is no memory for the line.</summary>
    private string? LastWordsOf(int pid)
    {
        try
        {
            return probes.TakeCollected(pid);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private void Ended(Reaped reaped, ServiceRun? run)
    {
        if (run is null)
        {
            helpers.Remove(reaped.Pid);
            if (!pss.TakeCollected(reaped.Pid) && !read.TakeCollected(reaped.Pid, reaped.Status) &&
                !disks.TakeCollected(reaped.Pid) && !disposal.TakeCollected(reaped.Pid) && !takeOther(reaped.Pid, reaped.Status))
                tell(new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, LastWordsOf(reaped.Pid), OthersLeft: false));
            return;
        }
        reports.ReadOf(run);
        if (follow(run, reaped.Status))
            return;
        // The status is reported even if a later step fails: then the run is taken to have other processes, and a later look
        // decides.
        var others = true;
        try
        {
            run.ReturnTerminal();
            reports.ReadTheLast(run, isToStay: run.IsForking && run.ToldStatus is null);
            streams.LastWords(run.Output);
            streams.LastWords(run.Error);
            memory.Report(run);
            others = runs.HasOthers(run);
        }
        finally
        {
            var problem = ProblemOf(run, reaped.Status);
            // The names of launched servers are without number.
            if (!run.IsNested)
                _last[run.Name] = new EndedRun(run, reaped.Status, problem);
            tell(reaped.Status.IsKnown
                ? new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, problem?.Reason, others, problem?.IsShortage ?? false)
                : new SystemEvent.MainEnded(run.Number, reaped.Pid, others));
            (run.ToldStatus, run.ToldProblem) = (reaped.Status, problem);
        }
        if (!others)
            runs.Remove(run);
    }
}
