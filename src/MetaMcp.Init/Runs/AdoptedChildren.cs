using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Runs;

/// <summary>
/// The children of ours that we did not start: they lost their parent. Each of them, with all processes below it, belongs to one run
/// or to none, and that does not change; its pid is its own until we collect it. So each is looked at when it is new, in slices of a
/// turn (<see cref="AdoptedLooks"/>), and the result is kept: with thousands of them the end of a service costs one list of our
/// children. While some are still to be looked at, it is not known whether a process of a run is left.
/// </summary>
internal sealed class AdoptedChildren
{
    /// <summary>The limit of one list; children beyond it have their turn when earlier ones are gone.</summary>
    private const int Most = 1 << 16;

    /// <summary>
    /// Each end of a child that was not looked at yet requires another list; a service that forks without end must not delay other
    /// services.
    /// </summary>
    private const int MostLists = 8;

    /// <summary>Between two looks at children that could not be read.</summary>
    private static readonly TimeSpan AgainPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, AdoptedChild> _adopted = [];
    private readonly Dictionary<long, int> _topsOf = [];
    private readonly Dictionary<long, Question> _questions = [];
    private readonly List<AdoptedChild> _some = [];
    private readonly ProcessSource _source;
    private readonly Func<int, bool> _isStarted;
    private readonly Action<int> _take;
    private readonly AdoptedLooks _looks;
    private long _lastSerial;
    private Instant _againAt;
    private int _list;
    private int _settledList;
    private long _lostBeforeList;
    private int _seen;
    private int _hidden;
    private int _blind;
    private bool? _isListed;

    /// <param name="source">Looks at single processes.</param>
    /// <param name="census">Remembers the run of a process from before it lost its parent.</param>
    /// <param name="isStarted">Whether we started a child.</param>
    /// <param name="runs">Every run that may still have processes.</param>
    public AdoptedChildren(ProcessSource source, Census census, Func<int, bool> isStarted, Func<ReadOnlySpan<KnownRun>> runs)
    {
        (_source, _isStarted, _take) = (source, isStarted, Take);
        _looks = new AdoptedLooks(source, census, runs, Settle);
    }

    /// <summary>When <see cref="Continue"/> has something to do.</summary>
    public Instant Due => _looks.Due;

    /// <summary>The serial of the last child that a list showed; see <see cref="IsSettled(long)"/>.</summary>
    public long Last => _lastSerial;

    /// <summary>The list of our children is not valid any more.</summary>
    public void Expire() => _isListed = null;

    /// <summary>A new turn: a whole slice of time may be spent again.</summary>
    public void BeginTurn() => _looks.BeginTurn();

    /// <summary>Looks at the children that are still unknown, for the rest of this turn's slice.</summary>
    public void Continue() => _looks.Continue();

    /// <summary>A child of ours was collected, started by us or not: the kernel may give its pid to another process.</summary>
    public void Collected(int pid)
    {
        _source.Collected(pid);
        Forget(pid);
    }

    /// <summary>The pid is that of a main process from now on.</summary>
    public void Forget(int pid)
    {
        if (_adopted.Remove(pid, out var was))
            Drop(was);
    }

    /// <summary>A child is no longer the main process of a run, and was not collected.</summary>
    public void Released(int pid)
    {
        if (!_adopted.ContainsKey(pid))
            Add(pid);
    }

    /// <summary>Whether every child that a list showed was looked at.</summary>
    public bool IsSettled() => IsSettled(_lastSerial);

    /// <summary>Whether every child up to a certain serial was looked at.</summary>
    public bool IsSettled(long through) => _looks.FirstUnknown > through;

    /// <summary>Whether one of the children belongs to the run.</summary>
    public bool Has(long run) => _topsOf.ContainsKey(run);

    /// <summary>Lists our children, unless that was done since <see cref="Expire"/>; false if the list cannot be read.</summary>
    /// <remarks>
    /// The kernel lists thousands of children in several pieces, by their position. No piece misses a child, since new children are
    /// put last, and only this thread removes any.
    /// </remarks>
    /// <param name="isWhole">Whether children that were seen before are to be listed again, to find one that is missing.</param>
    public bool List(bool isWhole = false)
    {
        if (_isListed is { } listed)
            return listed;
        _list++;
        if (IsSettled())
            _settledList = _list;
        _lostBeforeList = _looks.Lost;
        _seen = 0;
        var isListed = _source.ForEachChildOfOurs(_take, isWhole);
        if (isListed && isWhole && _seen != _adopted.Count)
            DropMissing();
        _looks.DropGone(_adopted.Count);
        _isListed = isListed;
        return isListed;
    }

    /// <summary>
    /// Reserves room for a question about each run: that its main process was collected must be noted even if memory ends.
    /// </summary>
    public void Reserve(int runs) => _ = _questions.EnsureCapacity(runs);

    /// <summary>The main process of a run was collected: lists from now on show the processes that it left behind.</summary>
    public void MainEnded(long run) => _questions[run] = new Question(_list);

    /// <summary>No process of the run is left.</summary>
    public void NothingLeft(long run) => _ = _questions.Remove(run);

    /// <summary>
    /// Whether a process of the run is below one of the children, or may be; null if our children cannot be listed. No process is
    /// left after one list, once all children in it are known. If some of them ended before they were known, the processes below
    /// these are in a later list, and so on for up to eight lists.
    /// </summary>
    public bool? MayHave(long run)
    {
        if (!_questions.TryGetValue(run, out var question))
            question = new Question(_list);
        LookAgainAtTheBlind();
        while (!Has(run) && _hidden == 0)
        {
            if (question.Lists > 0 && !IsSettled(question.Through))
            {
                _looks.Continue(isAwaited: true);
                if (Has(run) || _hidden > 0)
                    break;
                if (!IsSettled(question.Through))
                {
                    _questions[run] = question;
                    return true;
                }
            }
            if (question.Lists == MostLists || (question.Lists == 1 && _looks.Lost == question.LostBefore))
            {
                NothingLeft(run);
                return false;
            }
            // A list that another run has asked for serves as well: as the first list, if it was made after the main process
            // ended; as the second, if it was made when all children of the first were known.
            if (question.Lists == 0 ? question.List == _list : question.List >= _settledList)
                Expire();
            if (!List())
                return null;
            question = new Question(_list, question.Lists + 1, _lastSerial, _lostBeforeList);
        }
        _questions[run] = new Question(_list);
        return true;
    }

    /// <summary>The run that the child was found to belong to; 0 for none, or if it is not known yet.</summary>
    public long RunOf(int pid) => _adopted.TryGetValue(pid, out var known) ? known.Run : 0;

    /// <summary>Whether the child was found to belong to no live run; then no process below it does.</summary>
    public bool IsStranger(int pid) => _adopted.TryGetValue(pid, out var known) && known is { State: AdoptedState.Settled, Run: 0 };

    /// <summary>Adds the children whose run is known.</summary>
    public void AddKnown(List<KnownChild> children)
    {
        if (_topsOf.Count == 0)
            return;
        foreach (var (pid, known) in _adopted)
            if (known.Run != 0)
                children.Add(new KnownChild(pid, known.Run));
    }

    /// <summary>
    /// Adds the children that were looked at and belong to no live run. A child whose environment could not be read is left out.
    /// </summary>
    /// <param name="strays">The list that they are added to.</param>
    /// <param name="isLive">Whether a run may still have processes.</param>
    /// <param name="told">Pids of children that are left out.</param>
    public void AddStrangers(List<StrayChild> strays, Func<long, bool> isLive, HashSet<int> told)
    {
        foreach (var (pid, known) in _adopted)
            if (known is { State: AdoptedState.Settled, StartTime: > 0 } && IsOfNoLiveRun(known, isLive) && !told.Contains(pid))
                strays.Add(new StrayChild(pid, known.StartTime, known.Named != 0 || known.Run != 0));
    }

    private static bool IsOfNoLiveRun(AdoptedChild child, Func<long, bool> isLive) => child.Run == 0 || !isLive(child.Run);
    /// <summary>All of them.</summary>
    public IEnumerable<int> All => _adopted.Keys;

    /// <summary>The child was found to belong to no run, and has now shown that it belongs to one.</summary>
    public void LookAgainAt(int pid)
    {
        if (!_adopted.ContainsKey(pid))
            return;
        Forget(pid);
        Add(pid);
    }

    /// <summary>Whether the process that was seen is still there and not collected.</summary>
    public bool Has(Stranger seen) => _adopted.TryGetValue(seen.Pid, out var known) && known.StartTime == seen.StartTime;

    private void Take(int pid)
    {
        if (_adopted.TryGetValue(pid, out var known))
        {
            _seen += known.List == _list ? 0 : 1;
            known.List = _list;
        }
        else if (_adopted.Count < Most && !_isStarted(pid))
        {
            Add(pid);
            _seen++;
        }
    }

    private void Add(int pid)
    {
        var child = new AdoptedChild(pid, _lastSerial + 1) { List = _list };
        _ = _adopted.EnsureCapacity(_adopted.Count + 1);
        _looks.Reserve();
        _lastSerial++;
        _adopted.Add(pid, child);
        _looks.Add(child);
    }

    private void Settle(AdoptedChild child, AdoptedState state, long run)
    {
        _ = _topsOf.EnsureCapacity(_topsOf.Count + 1);
        Count(child, -1);
        (child.State, child.Run) = (state, run);
        Count(child, 1);
    }

    private void Drop(AdoptedChild child)
    {
        if (child.IsAwaited)
            _looks.Lost++;
        child.IsGone = true;
        Count(child, -1);
    }

    private void Count(AdoptedChild child, int change)
    {
        if (child.State == AdoptedState.Hidden)
            _hidden += change;
        if (child.State == AdoptedState.Blind)
            _blind += change;
        if (child.Run == 0)
            return;
        var count = _topsOf.GetValueOrDefault(child.Run) + change;
        if (count == 0)
            _ = _topsOf.Remove(child.Run);
        else
            _topsOf[child.Run] = count;
    }

    /// <summary>A thread in state D may be awake by now, so such children are looked at again when a question is asked.</summary>
    private void LookAgainAtTheBlind()
    {
        var now = _source.Now;
        if (_blind + _hidden == 0 || now < _againAt)
            return;
        _againAt = now + AgainPause;
        _some.Clear();
        foreach (var child in _adopted.Values)
            if (child.State is AdoptedState.Blind or AdoptedState.Hidden)
                _some.Add(child);
        foreach (var child in _some)
            LookAgainAt(child.Pid);
    }

    /// <summary>
    /// Another process has collected these children. The pid of one may by now be that of a child that we started.
    /// </summary>
    private void DropMissing()
    {
        _some.Clear();
        foreach (var child in _adopted.Values)
            if (child.List != _list && (_isStarted(child.Pid) || !Reaper.IsChild(child.Pid)))
                _some.Add(child);
        foreach (var child in _some)
            Forget(child.Pid);
    }

    /// <summary>How far the question has come whether a process of the run is left.</summary>
    /// <param name="List">The latest list that counts; if none counts yet, the last list on which a process of the run was
    /// found.</param>
    /// <param name="Lists">The number of lists that count so far.</param>
    /// <param name="Through">The serial of the last child in the latest of them.</param>
    /// <param name="LostBefore">The number of children that had been lost when that list was made.</param>
    private readonly record struct Question(int List, int Lists = 0, long Through = 0, long LostBefore = 0);
}

/// <summary>A child of ours that belongs to no live run.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTime">Identifies the process together with the pid.</param>
/// <param name="IsOurs">The child, or a process below it, names a run of ours that is over.</param>
internal sealed record StrayChild(int Pid, ulong StartTime, bool IsOurs);
