using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>Collects children and tells what became of each, with all that its run had to say before.</summary>
/// <param name="runs">Knows the main processes.</param>
/// <param name="helpers">Children that are of no run, until they are collected.</param>
/// <param name="pss">Has a child of its own, of which nobody else hears.</param>
/// <param name="read">The same.</param>
/// <param name="disposal">The same.</param>
/// <param name="probes">What a probe writes.</param>
/// <param name="reports">What a run says of itself.</param>
/// <param name="follow">Whether another process has taken the place of a main one.</param>
/// <param name="streams">What a run writes.</param>
/// <param name="memory">Whose end the kernel explains.</param>
/// <param name="tell">Hears it.</param>
internal sealed class ChildCollector(
    RunTable runs, HelperTable helpers, PssMeasurement pss, ConfigRead read, Disposal disposal, ProbeOutputs probes, RunReports reports,
    Func<ServiceRun, ExitStatus, bool> follow, OpenStreams streams, MemoryWatch memory, Action<SystemEvent> tell)
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
    /// <param name="pid">Perhaps the one that has ended: the kernel finds that one without a walk over all of our children.</param>
    public void ChildEnded(int pid) => (IsDue, _probably) = (true, pid);

    /// <summary>Everybody that is left is sent a signal, those too that come to be ours by the end of their parents.</summary>
    public void EndTheRest(Signal signal)
    {
        _endingTheRest = signal;
        Descendants.End(signal);
        Collect();
    }

    /// <summary>
    /// Collects what has ended: one SIGCHLD may stand for any number of children. Should more end than one turn takes, the
    /// next one goes on without waiting.
    /// </summary>
    public void Collect()
    {
        bool anyLeft;
        var collected = 0;
        runs.Expire();
        // All first, so that one look at what they leave behind serves for all. Should it fail, the next turn has the rest.
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
        // What the ended ones leave behind is ours now, and a subreaper has not signalled it yet.
        if (anyLeft && collected > 0 && _endingTheRest is { } signal && getpid() != 1)
            Descendants.End(signal);
        if (anyLeft && _endingTheRest is not null && (read.HasLeft || disposal.HasLeft || helpers.Left > 0))
            anyLeft = !IsNobodyElseLeft();
        // This may be the end of us, and what a daemon of a service that is long gone said last is still in its pipe.
        if (!anyLeft)
            streams.LastWords();
        tell(new SystemEvent.ChildrenCollected(anyLeft));
    }

    /// <summary>Somebody else took its exit status. That must not be, and if it is, nobody must wait for it.</summary>
    public void Missed(int pid)
    {
        _reaped.EnsureCapacity(_reaped.Count + 1);
        _reaped.Enqueue((new Reaped(pid, ExitStatus.Exited(ExitCodes.System)), runs.TakeMain(pid)));
        IsDue = true;
        TellEnds();
    }

    /// <summary>Whether a pid stands for a child that was collected and whose end was not told yet.</summary>
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

    /// <summary>Taken from the queue when it is told: where memory ends before, it is told the next time.</summary>
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
    /// The end of everything does not wait for helpers that were sent SIGKILL and sleep in the kernel: one that reads the file from a file
    /// system that hangs, or closes a descriptor on one.
    /// </summary>
    private bool IsNobodyElseLeft()
    {
        var others = false;
        return ChildrenFile.ForEachOfOurs(pid => others |= !read.IsLeft(pid) && !disposal.IsLeft(pid) && !helpers.IsLeft(pid)) && !others;
    }

    /// <summary>
    /// Why a run never became its service; null where it did. A second stage that ends by itself before it has applied everything, and
    /// without a word, had no memory or no second thread for its runtime.
    /// </summary>
    private static StartProblem? ProblemOf(ServiceRun run, ExitStatus status) => run switch
    {
        { Problem: { } problem } => problem,
        { IsApplied: true } => null,
        _ => new StartProblem(
            $"the second stage ended before it could become the program: {status}", ExitCodes.System,
            IsShortage: !run.HasOwnLimits && (status.Code is not null || status.Signal == Signal.Abort)),
    };

    /// <summary>Of a probe; its end is told whether there is memory for them or not.</summary>
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
                !disposal.TakeCollected(reaped.Pid))
                tell(new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, LastWordsOf(reaped.Pid), OthersLeft: false));
            return;
        }
        reports.ReadOf(run);
        if (follow(run, reaped.Status))
            return;
        // Whatever goes wrong on the way, its status is told: then others are taken to be left, and found or not found later.
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
            _last[run.Name] = new EndedRun(run, reaped.Status, problem);
            tell(new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, problem?.Reason, others, problem?.IsShortage ?? false));
            (run.ToldStatus, run.ToldProblem) = (reaped.Status, problem);
        }
        if (!others)
            runs.Remove(run);
    }
}
