using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Decides which process takes the place of a run's main process, if a service puts itself into the background or names another
/// process (MAINPID=, <c>man 3 sd_notify</c>). The new main process has to belong to the run, whichever process named it, since it is
/// sent signals and the service ends with it. If it is not a child of ours, a pidfd tells of its end (<see cref="ForeignMains"/>), and
/// its parent alone learns how it ended.
/// </summary>
/// <param name="runs">Knows which process belongs to which run.</param>
/// <param name="isCollected">Whether a pid belongs to a child whose end is about to be reported.</param>
/// <param name="tell">Takes the answers.</param>
internal sealed class MainSuccession(RunTable runs, Func<int, bool> isCollected, Action<SystemEvent> tell)
{
    /// <summary>
    /// A look at one process costs a look at all processes of its run, so a service that sends one name after the other gets one look
    /// in this time. The last name in between counts after that.
    /// </summary>
    private static readonly TimeSpan BetweenNames = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<ServiceRun> _named = [];
    private readonly List<ServiceRun> _due = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var run in _named)
                due = Instant.Earlier(due, run.NamesAgainAt);
            return due;
        }
    }

    /// <summary>A service has named its main process.</summary>
    public void Named(ServiceRun run, int pid)
    {
        if (run.IsAskedToEnd || !run.IsExecuted)
            return;
        // The last name counts. The start time is kept, since the pid may belong to another process later.
        run.Successor = (run.HasMain && pid == run.Main) || !ProcessTable.TryRead(pid, out var named) || named.IsDead ? null : named;
        // The main process was collected and its end not reported yet: its successor is looked for in a moment.
        if (!run.HasMain && run.ToldStatus is null)
            return;
        if (run.Successor is null)
            _ = _named.Remove(run);
        else if (MonotonicClock.Now < run.NamesAgainAt)
            _ = _named.Add(run);
        else
            _ = TakeNamed(run);
    }

    /// <summary>Takes processes that were named too soon after another.</summary>
    public void Expire(Instant now)
    {
        if (_named.Count == 0)
            return;
        _due.Clear();
        foreach (var run in _named)
            if (run.NamesAgainAt <= now)
                _due.Add(run);
        foreach (var run in _due)
        {
            _ = _named.Remove(run);
            // A run whose end was reported is in the background, and its main process is being looked for.
            if (run.HasMain || run.ToldStatus is not null)
                _ = TakeNamed(run);
        }
    }

    /// <summary>The main process was collected. True if another process has taken its place, so that the run goes on.</summary>
    public bool HasSuccessor(ServiceRun run, ExitStatus status)
    {
        if (run.IsAskedToEnd || !run.IsExecuted)
            return false;
        if (TakeNamed(run))
            return true;
        if (run.IsGuessed && status.IsSuccess && Oldest(run) is { } oldest)
            Change(run, oldest, isGuessed: true);
        return run.HasMain;
    }

    private bool TakeNamed(ServiceRun run)
    {
        if (run.Successor is not { } named || WhyNot(run, named.Pid, out var stat) is not null || stat.StartTime != named.StartTime)
            return false;
        Change(run, stat, isGuessed: false);
        return true;
    }

    /// <summary>Makes a process the main process, if it qualifies.</summary>
    public void Take(ServiceRun run, int pid)
    {
        if (WhyNot(run, pid, out var stat) is { } reason)
            tell(new SystemEvent.MainRefused(run.Number, reason));
        else
            Change(run, stat, isGuessed: false);
    }

    /// <summary>Takes the process that was named, or the oldest process of the run that is a child of ours.</summary>
    public void Guess(ServiceRun run)
    {
        if (TakeNamed(run))
            return;
        if (Oldest(run) is { } oldest)
            Change(run, oldest, isGuessed: true);
        else
            tell(new SystemEvent.MainRefused(run.Number, "none of its processes has lost its parent to mcp-init"));
    }

    private void Change(ServiceRun run, in ProcessStat main, bool isGuessed)
    {
        runs.ChangeMain(run, main);
        run.IsGuessed = isGuessed;
        tell(new SystemEvent.MainChanged(run.Number, main.Pid, run.Foreign?.StartTime));
    }

    private string? WhyNot(ServiceRun run, int pid, out ProcessStat stat)
    {
        stat = default;
        if (run.IsAskedToEnd)
            return "it was asked to end";
        if (runs.IsKnown(pid) || isCollected(pid))
            return $"pid {pid} is another one's";
        if (!ProcessTable.TryRead(pid, out stat) || stat.IsDead)
            return $"there is no process with the pid {pid}";
        run.NamesAgainAt = MonotonicClock.Now + BetweenNames;
        return Members(run).Exists(m => m.Pid == pid) ? null : $"pid {pid} does not belong to this service";
    }

    private ProcessStat? Oldest(ServiceRun run)
    {
        ProcessStat? oldest = null;
        foreach (var member in Members(run))
            if (CanBeMain(member) && (oldest is not { } other || member.StartTime < other.StartTime))
                oldest = member;
        return oldest;
    }
    private bool CanBeMain(in ProcessStat member) =>
        !member.IsDead && member.Parent == getpid() && !runs.IsKnown(member.Pid) && !isCollected(member.Pid);

    private List<ProcessStat> Members(ServiceRun run)
    {
        foreach (var (_, members) in runs.Members([run.Number]))
            return members;
        return [];
    }
}
