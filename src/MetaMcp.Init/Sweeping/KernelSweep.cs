using System.Collections.Immutable;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Sweeping;

/// <summary>
/// Compares what is believed with what the kernel has: which runs are not there any more, or have come further than was heard; what is
/// there and belongs to nobody. Whatever was lost on its way for want of memory is found again by this. Of the latter there may be
/// thousands, so they are looked at in slices, of one turn after the other, and told when all are known.
/// </summary>
/// <param name="runs">Every run that there is.</param>
/// <param name="helpers">Every probe and stop command that there is.</param>
/// <param name="search">Finds processes of nobody's.</param>
/// <param name="collector">Tells of those whose exit status somebody else took.</param>
/// <param name="follow">Listens to a run, where that was not to be done when it was started.</param>
/// <param name="watchRest">Waits for the end of what a main process left behind.</param>
/// <param name="tell">Has the answers.</param>
internal sealed class KernelSweep(
    RunTable runs, HelperTable helpers, StrangerSearch search, ChildCollector collector,
    Action<ServiceRun> follow, Action<ServiceRun> watchRest, Action<SystemEvent> tell)
{
    /// <summary>Of PID 1's time in one turn.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(2);

    /// <summary>A list of all our children, for those that another has collected, takes as long as thousands of them need.</summary>
    private static readonly TimeSpan WholePause = TimeSpan.FromMinutes(1);

    private StrangerSweep? _sweep;
    private Instant _wholeAt;

    /// <summary>When <see cref="Continue"/> has something to do. Children still to be looked at have a time of their own.</summary>
    public Instant Due => _sweep is null || _sweep.IsWaiting ? Instant.Never : MonotonicClock.Now;

    public void Sweep(Effect.Sweep asked)
    {
        // The one before is over, with what it has found.
        Finish();
        runs.Expire();
        var now = MonotonicClock.Now;
        if (runs.Adopted.List(isWhole: now >= _wholeAt) && now >= _wholeAt)
            _wholeAt = now + WholePause;
        var gone = new List<int>();
        List<RunFacts>? facts = null;
        List<long>? lost = null;
        foreach (var believed in asked.Runs)
        {
            var run = runs.Find(believed.RunNumber);
            if (run is not null && runs.IsMainOf(run.Main, run.Number) && !Reaper.IsChild(run.Main))
                Missed(run.Main, gone);
            else if (FactsOf(believed, run) is { } differing)
                (facts ??= []).Add(differing);
        }
        foreach (var (sequence, number, pid) in asked.Helpers)
        {
            if (!helpers.IsOf(pid, number))
                (lost ??= []).Add(sequence);
            else if (!Reaper.IsChild(pid))
                Missed(pid, gone);
        }
        if (asked.IsWhole)
            EndUnknown(asked.Runs);
        var emptied = runs.TakeEmpty(tell);
        var swept = new SystemEvent.Swept(gone, [], [], emptied) { Facts = facts ?? [], LostHelpers = lost ?? [] };
        _sweep = new StrangerSweep(swept, asked.Known, asked.Strangers ? runs.Adopted.Last : null, runs.Adopted, search);
        Continue();
    }

    /// <summary>Goes on with a comparison that is under way.</summary>
    public void Continue()
    {
        if (_sweep is { } sweep && sweep.Continue(MonotonicClock.Now + Slice))
            Finish();
    }

    /// <summary>At each beat of the probe of a run: whether its main process is there at all, and what it holds.</summary>
    public void LookAt(ServiceRun run)
    {
        if (runs.IsMain(run.Main) && !Reaper.IsChild(run.Main))
            Sweep(new Effect.Sweep([new RunBelief(run.Number, RunStage.Executed, run.Main)], [], [], Strangers: false));
        else
            ReadMemory(run);
    }

    /// <summary>What each of the runs holds, where the kernel counts it.</summary>
    public void ReadMemory(ImmutableArray<long> numbers)
    {
        foreach (var number in numbers)
            if (runs.Find(number) is { } run)
                ReadMemory(run);
    }

    private void ReadMemory(ServiceRun run)
    {
        if (run.Cgroup is { Memory: { } memory } cgroup)
            tell(new SystemEvent.MemoryRead(run.Number, memory, cgroup.MemoryOfAll));
    }

    private void Missed(int pid, List<int> gone)
    {
        gone.Add(pid);
        collector.Missed(pid);
    }

    /// <summary>
    /// Null where nothing differs, or where what differs is about to be told. What is on its way already is told before this answer, and
    /// then the answer is of something that is believed no longer.
    /// </summary>
    private RunFacts? FactsOf(RunBelief believed, ServiceRun? run)
    {
        if (run is null)
            return collector.Ended(believed.RunNumber) is { } last
                ? new RunFacts(believed, IsThere: false, last.Main, last.IsExecuted, HasMain: false)
                {
                    Status = last.Status, Problem = last.Problem?.Reason, IsShortage = last.Problem?.IsShortage ?? false,
                }
                : new RunFacts(believed, IsThere: false, believed.Main, IsExecuted: believed.Stage == RunStage.Executed, HasMain: false);
        if (!run.IsFollowed)
            follow(run);
        var hasMain = runs.IsMainOf(run.Main, run.Number);
        if (hasMain && believed.Stage is RunStage.Executed or RunStage.Collected && believed.Main != run.Main)
        {
            tell(new SystemEvent.MainChanged(run.Number, run.Main));
            return null;
        }
        if (!hasMain && run.ToldStatus is null && collector.IsWaiting(run.Main))
            return null;
        switch (believed.Stage)
        {
            case RunStage.Collected:
                watchRest(run);
                return null;
            case RunStage.Asked:
            case RunStage.Started when !hasMain || run.IsExecuted:
            case RunStage.Executed when !hasMain:
                return new RunFacts(believed, IsThere: true, run.Main, run.IsExecuted, hasMain)
                {
                    Status = run.ToldStatus, Problem = run.ToldProblem?.Reason, IsShortage = run.ToldProblem?.IsShortage ?? false,
                };
            default:
                return null;
        }
    }

    /// <summary>What nobody waits for would run beside its successor.</summary>
    private void EndUnknown(IReadOnlyList<RunBelief> believed)
    {
        var known = new HashSet<long>(believed.Count);
        foreach (var run in believed)
            known.Add(run.RunNumber);
        foreach (var run in runs.All())
        {
            if (known.Contains(run.Number))
                continue;
            runs.Signal(run, Signal.Kill);
            watchRest(run);
        }
    }

    private void Finish()
    {
        if (_sweep is { } over)
            tell(over.Finish());
        _sweep = null;
    }
}
