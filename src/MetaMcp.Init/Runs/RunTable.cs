using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Every run that may still have processes: found by its main process until that is collected, by its number until the last of its
/// processes is gone. The members of a run are those of its cgroup; without a cgroup, those that the census finds; without /proc, the
/// process group that its main process leads.
/// </summary>
internal sealed class RunTable
{
    private const int MaxKillPasses = 100;

    /// <summary>
    /// A look is not whole if any process comes or goes during it. After this many looks in a row without a member, no member is
    /// left.
    /// </summary>
    private const int EmptyLooks = 3;

    /// <summary>The longest time of one turn for killing; then the other steps have their turn.</summary>
    private static readonly TimeSpan KillSlice = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two slices, for other work of PID 1 and of other processes.</summary>
    private static readonly TimeSpan KillPause = TimeSpan.FromMilliseconds(100);

    private readonly List<KnownChild> _knownChildren = [];
    private readonly List<KnownRun> _knownRuns = [];
    private readonly Dictionary<ServiceRun, int> _unfinished = [];
    private readonly Action<int> _unwatch;
    private readonly Action<ServiceRun> _removed;
    private readonly Census _census;
    private readonly HashSet<int> _helpers;
    private readonly Func<int, bool> _isStranger;
    private readonly ForeignMains _foreign;
    private readonly Action<SystemEvent> _tell;
    private readonly Queue<(ServiceRun Run, Signal Signal)> _unsent = new();
    private Instant _killOnAt;
    private readonly Dictionary<int, ServiceRun> _byMain = [];
    private readonly Dictionary<long, ServiceRun> _byNumber = [];
    private readonly HashSet<ServiceRun> _watched = [];

    /// <param name="unwatch">Called with each descriptor before it is closed.</param>
    /// <param name="removed">Called with a run that has no process left.</param>
    /// <param name="census">Finds the members of runs without a cgroup.</param>
    /// <param name="helpers">The pids of children that belong to no run (probes, the child that measures PSS), until they are
    /// collected.</param>
    /// <param name="source">Looks at single processes.</param>
    /// <param name="foreign">The main processes that are not children of ours.</param>
    /// <param name="tell">Told which processes a signal to the rest of a run went to.</param>
    public RunTable(
        Action<int> unwatch, Action<ServiceRun> removed, Census census, HashSet<int> helpers, ProcessSource source, ForeignMains foreign,
        Action<SystemEvent> tell)
    {
        (_unwatch, _removed, _census, _helpers, _foreign, _tell) = (unwatch, removed, census, helpers, foreign, tell);
        Adopted = new AdoptedChildren(source, census, IsKnown, () => CollectionsMarshal.AsSpan(_knownRuns));
        _isStranger = Adopted.IsStranger;
    }

    /// <summary>Children of ours that we did not start.</summary>
    public AdoptedChildren Adopted { get; }

    /// <summary>When <see cref="Continue"/> or <see cref="KillOn"/> has something to do.</summary>
    public Instant Due => IsKilling ? Instant.Earlier(_killOnAt, Adopted.Due) : Adopted.Due;

    public void Add(ServiceRun run)
    {
        _byMain[run.Main] = run;
        _byNumber[run.Number] = run;
        Adopted.Forget(run.Main);
        Expire();
    }

    /// <summary>A process that we did not start is the main process of a run: a server that a client launched.</summary>
    public void AddLaunched(ServiceRun run, in ProcessStat main)
    {
        Reserve();
        run.Pid = main.Pid;
        run.Follow(main);
        if (run.Foreign is null)
            _byMain[main.Pid] = run;
        else
            _foreign.Add(run);
        _byNumber[run.Number] = run;
        Adopted.Forget(main.Pid);
        Expire();
    }

    /// <summary>Reserves room for one more run, before there is a process that must not be lost.</summary>
    public void Reserve()
    {
        _ = _byMain.EnsureCapacity(_byMain.Count + 1);
        _ = _byNumber.EnsureCapacity(_byNumber.Count + 1);
        Adopted.Reserve(_byNumber.Count + 1);
    }

    /// <summary>Whether a run that is to be killed forks faster than one slice can kill.</summary>
    public bool IsKilling => _unfinished.Count > 0;

    /// <summary>
    /// Looks for members of all runs that are to be killed, and kills them, until a look finds no member that was not sent SIGKILL: a
    /// killed process starts no other. True if a run has no such member left.
    /// </summary>
    public bool KillOn()
    {
        var before = _unfinished.Count;
        if (before == 0 || MonotonicClock.Now < _killOnAt)
            return false;
        var end = MonotonicClock.Now + KillSlice;
        for (var pass = 0; pass < MaxKillPasses && _unfinished.Count > 0 && MonotonicClock.Now < end; pass++)
        {
            _census.Expire();
            var isSeen = Look();
            // .NET Core 3.0 and later allow to remove and to set during the enumeration.
            foreach (var run in _unfinished.Keys)
            {
                if (isSeen)
                    KillSeen(run);
                else
                    SignalGroup(run, _byMain.GetValueOrDefault(run.Pid), Core.Values.Signal.Kill);
            }
            if (!isSeen)
                _unfinished.Clear();
        }
        _killOnAt = MonotonicClock.Now + KillPause;
        return _unfinished.Count < before;
    }

    /// <summary>Continues the work that one turn leaves to the next; true if something became known.</summary>
    public bool Continue()
    {
        Adopted.BeginTurn();
        var wasSettled = Adopted.IsSettled();
        if (!wasSettled || Adopted.Due <= MonotonicClock.Now)
        {
            TakeKnownRuns();
            Adopted.Continue();
        }
        for (var left = _unsent.Count; left > 0; left--)
        {
            var next = _unsent.Peek();
            var isKept = Find(next.Run.Number) == next.Run && !IsSent(next.Run, next.Signal);
            _ = _unsent.Dequeue();
            if (isKept)
                _unsent.Enqueue(next);
        }
        return !wasSettled;
    }

    /// <summary>The last look at the processes is not valid any more.</summary>
    public void Expire()
    {
        _census.Expire();
        Adopted.Expire();
    }

    /// <summary>Whether the main process of a run should be a child of ours that was not collected.</summary>
    public bool HasChild(ServiceRun run) => _byMain.GetValueOrDefault(run.Main) == run;

    /// <summary>Whether a pid is the main process of this very run, whose end was not taken yet.</summary>
    public bool IsMainOf(int pid, long number) =>
        Find(number) is { } run && run.Main == pid && (HasChild(run) || run is { Foreign: not null, HasMain: true });

    /// <summary>The run whose main process this is, started by us or not; null for none.</summary>
    public ServiceRun? FindByMain(in ProcessStat process) => FindByMain(process.Pid) ??
        (_foreign.Find(process.Pid) is { HasMain: true, Foreign: { } main } run && main.StartTime == process.StartTime ? run : null);

    /// <summary>The run whose main process is this child of ours; null for none.</summary>
    public ServiceRun? FindByMain(int pid) => _byMain.GetValueOrDefault(pid);

    /// <summary>The run that has this cgroup; null for none.</summary>
    public ServiceRun? FindByCgroup(string directory)
    {
        foreach (var run in _byNumber.Values)
            if (run.Cgroup?.Directory == directory)
                return run;
        return null;
    }

    /// <summary>The run that a process belongs to without a cgroup, by a look at all processes: 0 for none, null if that failed.</summary>
    public long? RunOf(in ProcessStat process)
    {
        Expire();
        return Look() ? _census.Remembered(process) : null;
    }

    /// <summary>The live run that this very process belonged to at the last look at all processes; 0 for none.</summary>
    public long RememberedRunOf(in ProcessStat process) =>
        _census.Remembered(process) is var run && Find(run) is not null ? run : 0;

    /// <summary>Whether we started the process and have not collected it.</summary>
    public bool IsKnown(int pid) => _byMain.ContainsKey(pid) || _helpers.Contains(pid);

    /// <summary>A copy of the list of all runs that may still have processes.</summary>
    public List<ServiceRun> All() => [.. _byNumber.Values];

    /// <summary>The cgroup directories of the runs that have one.</summary>
    public IEnumerable<string> Cgroups
    {
        get
        {
            foreach (var run in _byNumber.Values)
                if (run.Cgroup is { } cgroup)
                    yield return cgroup.Directory;
        }
    }

    /// <summary>A child was collected; null if it was no main process.</summary>
    public ServiceRun? TakeMain(int pid)
    {
        Adopted.Collected(pid);
        if (!_byMain.Remove(pid, out var run))
            return !_helpers.Contains(pid) && _foreign.Find(pid) is { } adopted ? TakeForeign(adopted) : null;
        TakeMain(run);
        return run;
    }

    /// <summary>A main process that was not our child has ended.</summary>
    public ServiceRun TakeForeign(ServiceRun run)
    {
        _foreign.Drop(run);
        TakeMain(run);
        return run;
    }

    private void TakeMain(ServiceRun run)
    {
        run.MainCollected();
        if (run.Cgroup is null)
            Adopted.MainEnded(run.Number);
    }

    /// <summary>Another process becomes the main process of a run. It belongs to the run, and to no other.</summary>
    public void ChangeMain(ServiceRun run, in ProcessStat main)
    {
        Reserve();
        if (run.Foreign is not null)
            _foreign.Drop(run);
        else if (run.HasMain && _byMain.Remove(run.Main))
            Adopted.Released(run.Main);
        run.Follow(main);
        if (run.Foreign is null)
        {
            _byMain[main.Pid] = run;
            // The new main process had lost its parent; from now on it is known as a main process, and not as such a child.
            Adopted.Forget(main.Pid);
        }
        else
            _foreign.Add(run);
        // With a main process, its end reports more than "the cgroup is empty".
        _ = _watched.Remove(run);
        // The file must not be watched by epoll if it is not read: it becomes ready with each change of the cgroup, a freeze
        // included.
        if (run.Cgroup is { PopulatedEvents: >= 0 and var events })
            _unwatch(events);
        Expire();
    }

    public ServiceRun? Find(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>No process of the run is left.</summary>
    public void Remove(ServiceRun run)
    {
        _byNumber.Remove(run.Number);
        _watched.Remove(run);
        _unfinished.Remove(run);
        _foreign.Drop(run);
        _removed(run);
        Adopted.NothingLeft(run.Number);
        if (run.Cgroup is not { } cgroup)
            return;
        if (cgroup.MemoryEvents >= 0)
            _unwatch(cgroup.MemoryEvents);
        if (cgroup.PopulatedEvents >= 0)
            _unwatch(cgroup.PopulatedEvents);
        cgroup.Remove();
    }

    /// <summary>Whether the run has processes beside its main process, which was collected.</summary>
    public bool HasOthers(ServiceRun run) => run.Cgroup is { } cgroup ? cgroup.HasMembersBeside(_helpers) : HasRest(run);

    /// <summary>Signals the main process, if it is this one still.</summary>
    public void SignalMain(ServiceRun run, int pid, Signal signal)
    {
        if (!IsMainOf(pid, run.Number))
            return;
        if (run.Foreign is null)
            _ = kill(pid, signal.Number);
        else
            ForeignMains.Signal(run, signal);
    }

    public void Signal(ServiceRun run, Signal signal)
    {
        var isFirstThere = _byMain.TryGetValue(run.Pid, out var holder) && holder == run;
        // Also with a cgroup: a second stage that is to be killed may not have joined it yet. Once the program runs, a server that it
        // launched may be in its group, and is to be spared.
        if (isFirstThere && signal == Core.Values.Signal.Kill)
            _ = kill(run.IsExecuted ? run.Pid : -run.Pid, signal.Number);
        if (run.Cgroup is { } cgroup)
        {
            TellRest(run);
            cgroup.Signal(signal);
        }
        else if (signal == Core.Values.Signal.Kill)
        {
            TellRest(run);
            // One look serves for all runs that are to be killed in this turn.
            _ = _unfinished.TryAdd(run, 0);
            _killOnAt = MonotonicClock.Now;
        }
        else if (!isFirstThere && !run.HasMain && Adopted.List() && !Adopted.Has(run.Number))
        {
            // No process of the run is known. The signal waits until it is known whether one is left.
            if (!Adopted.IsSettled())
                _unsent.Enqueue((run, signal));
        }
        else
            SignalMembers(run, signal);
    }

    /// <summary>Whether a signal need not wait any more: it was sent, or the run has no process left.</summary>
    private bool IsSent(ServiceRun run, Signal signal)
    {
        if (!Adopted.Has(run.Number) && Adopted.MayHave(run.Number) is { } mayHave && !Adopted.Has(run.Number))
            return !mayHave;
        SignalMembers(run, signal);
        return true;
    }

    private void SignalMembers(ServiceRun run, Signal signal)
    {
        TellRest(run);
        if (Look())
            _census.Signal(run.Number, signal);
        else
            SignalGroup(run, _byMain.GetValueOrDefault(run.Pid), signal);
    }

    /// <summary>The look is the one that the signal goes by.</summary>
    private void TellRest(ServiceRun run)
    {
        if (!run.IsRestToBeTold)
            return;
        run.IsRestToBeTold = false;
        try
        {
            _tell(RestNames.Of(run.Number, PidsOf(run)));
        }
        catch (OutOfMemoryException)
        {
            // The line of the log is missing; the signal must not be.
        }
    }

    private List<int> PidsOf(ServiceRun run)
    {
        if (run.Cgroup is { } cgroup)
            return CgroupMembers.Find(cgroup.Directory).FindAll(pid => !_helpers.Contains(pid));
        var members = new List<ProcessStat>();
        if (Look())
            _census.AddMembers(run.Number, members);
        return members.ConvertAll(member => member.Pid);
    }

    /// <summary>The living processes of runs, by a new look. The same list object is reused for each run.</summary>
    public IEnumerable<(long Run, List<ProcessStat> Members)> Members(IReadOnlyList<long> runs)
    {
        Expire();
        var members = new List<ProcessStat>();
        foreach (var number in runs)
        {
            members.Clear();
            if (Find(number) is { } run)
                AddMembers(run, members);
            yield return (number, members);
        }
    }

    private void AddMembers(ServiceRun run, List<ProcessStat> members)
    {
        if (run.Cgroup is { } cgroup)
        {
            foreach (var pid in CgroupMembers.Find(cgroup.Directory))
                if (!_helpers.Contains(pid) && ProcessTable.TryRead(pid, out var stat))
                    members.Add(stat);
        }
        else if (Look())
            _census.AddMembers(run.Number, members);
    }

    /// <summary>From now on <see cref="TakeEmpty"/> takes the run once it has no process left.</summary>
    public void Watch(ServiceRun run) => _watched.Add(run);

    /// <summary>
    /// Removes the watched runs that have no process left. A member that is not our child ends without a signal to us.
    /// </summary>
    /// <returns>The number of runs removed.</returns>
    public int TakeEmpty(Action<SystemEvent> tell)
    {
        var taken = 0;
        foreach (var run in _watched)
        {
            if (run.Cgroup is { } cgroup ? cgroup.IsPopulated : HasRest(run))
                continue;
            // Told first, whatever becomes of the directory. Removing during the enumeration is allowed since .NET Core 3.0.
            tell(new SystemEvent.RunEmpty(run.Number));
            Remove(run);
            taken++;
        }
        return taken;
    }

    /// <summary>
    /// The rest of a run is below a child of ours that is neither a main process nor a helper. If our children cannot be listed, two
    /// looks at all processes decide.
    /// </summary>
    private bool HasRest(ServiceRun run)
    {
        if (_unfinished.ContainsKey(run))
            return true;
        TakeKnownRuns();
        if (Adopted.MayHave(run.Number) is { } mayHave)
        {
            // A process of a nested run may have been given to a subreaper of the run around it: then it is below no child of ours that
            // belongs to its run, and only a look at all processes shows it. One look serves for all that end in this turn.
            return mayHave || (run.IsNested && (Look(out var refused) ? _census.HasMembers(run.Number) : refused.IsShortage));
        }
        for (var look = 0; look < 2; look++)
        {
            // A look that failed for want of a descriptor does not prove that a process is gone: a later look decides. Without
            // /proc there is none.
            if (!Look(out var error))
                return error.IsShortage || HasGroup(run);
            if (_census.HasMembers(run.Number))
                return true;
            _census.Expire();
        }
        return false;
    }

    private void TakeKnownRuns()
    {
        _knownRuns.Clear();
        foreach (var run in _byNumber.Values)
            _knownRuns.Add(new KnownRun(run.Number, run.Session, run.User)
            {
                Root = run.HasMain ? run.Foreign : null, IsNested = run.IsNested,
            });
    }

    private bool Look() => Look(out _);

    private bool Look(out Errno error)
    {
        error = Errno.None;
        if (_census.IsFresh)
            return true;
        TakeKnownRuns();
        _knownChildren.Clear();
        foreach (var (pid, run) in _byMain)
            _knownChildren.Add(new KnownChild(pid, run.Number));
        foreach (var pid in _helpers)
            _knownChildren.Add(new KnownChild(pid, 0));
        _ = Adopted.List();
        Adopted.AddKnown(_knownChildren);
        error = _census.Look(CollectionsMarshal.AsSpan(_knownChildren), CollectionsMarshal.AsSpan(_knownRuns), _isStranger);
        return error.IsSuccess;
    }

    private void KillSeen(ServiceRun run)
    {
        // If some processes came and went during the look, an empty result does not prove that no member is left.
        var empty = _census.Kill(run.Number) ? 0 : _unfinished[run] + 1;
        if (empty == EmptyLooks || (empty > 0 && _census.IsWhole))
            _unfinished.Remove(run);
        else
            _unfinished[run] = empty;
    }

    /// <summary>
    /// After the leader is collected, its pid stays the group's as long as the group has members; if the leader of a new run has that
    /// pid, the old group was empty.
    /// </summary>
    private static void SignalGroup(ServiceRun run, ServiceRun? holder, Signal signal)
    {
        if (run.Group > 1 && (run.Group != run.Pid || holder is null || holder == run))
            _ = kill(-run.Group, signal.Number);
    }

    // EPERM: the group has members, although we may not signal them.
    private static bool HasGroup(ServiceRun run) => run.Group > 1 && (kill(-run.Group, 0) == 0 || LastError.Number == Errno.EPERM);
}
