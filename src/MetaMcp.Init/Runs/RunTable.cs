using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Every run of which something may be left: by its main process until that is collected, by its number until the last of its
/// processes is gone. What belongs to a run is its cgroup; where there is none, what the census finds of it; where there is no /proc
/// either, the process group its main process leads.
/// </summary>
internal sealed class RunTable
{
    private const int MaxKillPasses = 100;

    /// <summary>Of others somebody may come or go during every look: after so many in a row that found nobody, nobody is left.</summary>
    private const int EmptyLooks = 3;

    /// <summary>Then others have their turn, and it goes on.</summary>
    private static readonly TimeSpan KillSlice = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two slices, for what else there is to do and for others to run.</summary>
    private static readonly TimeSpan KillPause = TimeSpan.FromMilliseconds(100);

    private readonly List<KnownChild> _knownChildren = [];
    private readonly List<KnownRun> _knownRuns = [];
    private readonly Dictionary<ServiceRun, int> _unfinished = [];
    private readonly Action<int> _unwatch;
    private readonly Action<ServiceRun> _removed;
    private readonly Census _census;
    private readonly HashSet<int> _helpers;
    private readonly Func<int, bool> _isStranger;
    private readonly Queue<(ServiceRun Run, Signal Signal)> _unsent = new();
    private Instant _killOnAt;
    private readonly Dictionary<int, ServiceRun> _byMain = [];
    private readonly Dictionary<long, ServiceRun> _byNumber = [];
    private readonly HashSet<ServiceRun> _watched = [];

    /// <param name="unwatch">Called with each descriptor before it is closed.</param>
    /// <param name="removed">Called with a run of which nothing is left.</param>
    /// <param name="census">Of runs without a cgroup.</param>
    /// <param name="helpers">The pids of children that are of no run (probes, who looks closely), until they are collected.</param>
    /// <param name="source">Where looks at single processes come from.</param>
    public RunTable(Action<int> unwatch, Action<ServiceRun> removed, Census census, HashSet<int> helpers, ProcessSource source)
    {
        (_unwatch, _removed, _census, _helpers) = (unwatch, removed, census, helpers);
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

    /// <summary>Room for one more, taken before there is a process that must not be lost.</summary>
    public void Reserve()
    {
        _ = _byMain.EnsureCapacity(_byMain.Count + 1);
        _ = _byNumber.EnsureCapacity(_byNumber.Count + 1);
        Adopted.Reserve(_byNumber.Count + 1);
    }

    /// <summary>Whether a run that is to be killed forks faster than it could be.</summary>
    public bool IsKilling => _unfinished.Count > 0;

    /// <summary>
    /// Looks and kills, of all runs that are to be killed, until a look finds nobody of them who was not killed: what was killed starts
    /// nobody any more. True where that was so of one.
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
            // What is removed, or set anew, during an enumeration leaves it valid since .NET Core 3.0.
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

    /// <summary>Goes on with what one turn leaves to the next; true where something became known.</summary>
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

    /// <summary>What was seen of the processes holds no longer.</summary>
    public void Expire()
    {
        _census.Expire();
        Adopted.Expire();
    }

    /// <summary>Whether a pid is a main process of ours that was not collected.</summary>
    public bool IsMain(int pid) => _byMain.ContainsKey(pid);

    /// <summary>Whether a pid is the main process of this very run, and was not collected.</summary>
    public bool IsMainOf(int pid, long number) => _byMain.TryGetValue(pid, out var run) && run.Number == number;

    /// <summary>Whether we started it and have not collected it.</summary>
    public bool IsKnown(int pid) => _byMain.ContainsKey(pid) || _helpers.Contains(pid);

    /// <summary>Every run of which something may be left, as they are now.</summary>
    public List<ServiceRun> All() => [.. _byNumber.Values];

    /// <summary>The directories of those that have one.</summary>
    public IEnumerable<string> Cgroups
    {
        get
        {
            foreach (var run in _byNumber.Values)
                if (run.Cgroup is { } cgroup)
                    yield return cgroup.Directory;
        }
    }

    /// <summary>A child was collected; null where it was no main process.</summary>
    public ServiceRun? TakeMain(int pid)
    {
        Adopted.Collected(pid);
        if (!_byMain.Remove(pid, out var run))
            return null;
        run.MainCollected();
        if (run.Cgroup is null)
            Adopted.MainEnded(run.Number);
        return run;
    }

    /// <summary>Another process is the main one of a run: a child of ours that is no other's.</summary>
    public void ChangeMain(ServiceRun run, in ProcessStat main)
    {
        Reserve();
        if (run.HasMain && _byMain.Remove(run.Main))
            Adopted.Released(run.Main);
        _byMain[main.Pid] = run;
        // It has lost its parent, and is from now on what we know of it.
        Adopted.Forget(main.Pid);
        run.Follow(main);
        // With a main process, the end of that one tells more than that nothing is left.
        _ = _watched.Remove(run);
        // Whoever does not read it must not watch it: it is readable again with each change of the cgroup, its freezing too.
        if (run.Cgroup is { PopulatedEvents: >= 0 and var events })
            _unwatch(events);
        Expire();
    }

    public ServiceRun? Find(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Nothing is left of a run.</summary>
    public void Remove(ServiceRun run)
    {
        _byNumber.Remove(run.Number);
        _watched.Remove(run);
        _unfinished.Remove(run);
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

    /// <summary>Processes of the run beside its main one, which was collected.</summary>
    public bool HasOthers(ServiceRun run) => run.Cgroup is { } cgroup ? cgroup.HasMembersBeside(_helpers) : HasRest(run);

    public void Signal(ServiceRun run, Signal signal)
    {
        var isFirstThere = _byMain.TryGetValue(run.Pid, out var holder) && holder == run;
        // Also in a cgroup: a second stage that is to be killed may not have joined it yet.
        if (isFirstThere && signal == Core.Values.Signal.Kill)
            _ = kill(-run.Pid, signal.Number);
        if (run.Cgroup is { } cgroup)
            cgroup.Signal(signal);
        else if (signal == Core.Values.Signal.Kill)
        {
            // One look serves for all that are to be killed in this turn.
            _ = _unfinished.TryAdd(run, 0);
            _killOnAt = MonotonicClock.Now;
        }
        else if (!isFirstThere && !run.HasMain && Adopted.List() && !Adopted.Has(run.Number))
        {
            // None of it is known. Once it is known whether anything is left, there may be one.
            if (!Adopted.IsSettled())
                _unsent.Enqueue((run, signal));
        }
        else
            SignalMembers(run, signal);
    }

    /// <summary>Whether a signal need not wait any more: it was sent, or nothing is left of the run.</summary>
    private bool IsSent(ServiceRun run, Signal signal)
    {
        if (!Adopted.Has(run.Number) && Adopted.MayHave(run.Number) is { } mayHave && !Adopted.Has(run.Number))
            return !mayHave;
        SignalMembers(run, signal);
        return true;
    }

    private void SignalMembers(ServiceRun run, Signal signal)
    {
        if (Look())
            _census.Signal(run.Number, signal);
        else
            SignalGroup(run, _byMain.GetValueOrDefault(run.Pid), signal);
    }

    /// <summary>The living processes of runs, as a look shows them now. The list is the same for each.</summary>
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

    /// <summary>From now on <see cref="TakeEmpty"/> has it once nothing is left.</summary>
    public void Watch(ServiceRun run) => _watched.Add(run);

    /// <summary>Those watched of which nothing is left. A member whose parent lives elsewhere ends without a word to us.</summary>
    /// <returns>How many.</returns>
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
    /// What is left of a run hangs below a child of ours that is no main process and no helper. Where our children cannot be listed, two
    /// looks at all processes tell.
    /// </summary>
    private bool HasRest(ServiceRun run)
    {
        if (_unfinished.ContainsKey(run))
            return true;
        TakeKnownRuns();
        if (Adopted.MayHave(run.Number) is { } mayHave)
            return mayHave;
        for (var look = 0; look < 2; look++)
        {
            // Nobody is taken to be gone for want of a descriptor to look with: there is a next look. Without /proc there is none.
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
            _knownRuns.Add(new KnownRun(run.Number, run.Session, run.User));
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
        // Where some came and went meanwhile, nobody found does not mean nobody left.
        var empty = _census.Kill(run.Number) ? 0 : _unfinished[run] + 1;
        if (empty == EmptyLooks || (empty > 0 && _census.IsWhole))
            _unfinished.Remove(run);
        else
            _unfinished[run] = empty;
    }

    /// <summary>
    /// Once the leader is collected, its number stays the group's as long as the group has members; should a new run's leader have
    /// it, the group was empty.
    /// </summary>
    private static void SignalGroup(ServiceRun run, ServiceRun? holder, Signal signal)
    {
        if (run.Group != run.Pid || holder is null || holder == run)
            _ = kill(-run.Group, signal.Number);
    }

    // EPERM: members that are not ours to signal are members all the same.
    private static bool HasGroup(ServiceRun run) => kill(-run.Group, 0) == 0 || LastError.Number == Errno.EPERM;
}
