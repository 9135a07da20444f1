using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Sweeping;

/// <summary>
/// Compares the supervisor's beliefs with the kernel's state: runs that have ended, or have come further than was reported; processes
/// that belong to no live run. So every event that was lost for want of memory is found again. There may be thousands of such
/// processes, so they are looked at in slices, one a turn, and reported when all are known.
/// </summary>
/// <param name="runs">Every run.</param>
/// <param name="helpers">Every probe and stop command.</param>
/// <param name="search">Finds processes that belong to no live run.</param>
/// <param name="collector">Reports children whose exit status another process took.</param>
/// <param name="follow">Watches the descriptors of a run, if that failed when it was started.</param>
/// <param name="watchRest">Waits for the end of the processes that a main process left behind.</param>
/// <param name="tell">Takes the answers.</param>
internal sealed class KernelSweep(
    RunTable runs, HelperTable helpers, StrangerSearch search, ChildCollector collector,
    Action<ServiceRun> follow, Action<ServiceRun> watchRest, Action<SystemEvent> tell)
{
    /// <summary>The part of PID 1's time in one turn.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Between two whole lists of our children, which find a child that another process has collected: with thousands of children a
    /// list takes long.
    /// </summary>
    private static readonly TimeSpan WholePause = TimeSpan.FromMinutes(1);

    private StrangerSweep? _sweep;
    private Instant _wholeAt;

    /// <summary>
    /// When <see cref="Continue"/> has something to do. Children that are still to be looked at have a time of their own.
    /// </summary>
    public Instant Due => _sweep is null || _sweep.IsWaiting ? Instant.Never : MonotonicClock.Now;

    public void Sweep(Effect.Sweep asked)
    {
        // A sweep that is under way ends now, with its results so far.
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
            if (run is not null && runs.HasChild(run) && !Reaper.IsChild(run.Main))
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

    /// <summary>Continues a sweep that is under way.</summary>
    public void Continue()
    {
        if (_sweep is { } sweep && sweep.Continue(MonotonicClock.Now + Slice))
            Finish();
    }

    /// <summary>With each probe of a run: looks whether its main process still exists, and reads its memory.</summary>
    public void LookAt(ServiceRun run)
    {
        if (runs.HasChild(run) && !Reaper.IsChild(run.Main))
            Sweep(new Effect.Sweep([new RunBelief(run.Number, RunStage.Executed, run.Main)], [], [], Strangers: false));
        else
            ReadUsage(run);
    }

    /// <summary>Reads the memory and the tasks of each of the runs, if the kernel counts them.</summary>
    public void ReadUsage(ImmutableArray<long> numbers)
    {
        foreach (var number in numbers)
            if (runs.Find(number) is { } run)
                ReadUsage(run);
    }

    private void ReadUsage(ServiceRun run)
    {
        if (run.Cgroup is { } cgroup)
            tell(new SystemEvent.UsageRead(run.Number, cgroup.Memory, cgroup.Tasks, cgroup.MemoryOfAll, cgroup.TasksOfAll));
    }

    private void Missed(int pid, List<int> gone)
    {
        gone.Add(pid);
        collector.Missed(pid);
    }

    /// <summary>
    /// Null if nothing differs, or if the difference is about to be reported. An event that is queued already is handled before this
    /// answer, and then this answer does not fit the supervisor's beliefs any more.
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
        if (hasMain && (believed.Stage is RunStage.Executed or RunStage.Collected) && believed.Main != run.Main)
        {
            tell(new SystemEvent.MainChanged(run.Number, run.Main, run.Foreign?.StartTime));
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

    /// <summary>A run that the supervisor does not know would go on beside its successor, so it is killed.</summary>
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
