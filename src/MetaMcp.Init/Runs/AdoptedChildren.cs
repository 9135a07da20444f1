using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Runs;

/// <summary>
/// The children of ours that we did not start: they lost their parent. Each, with all that hangs below it, is of one run or of none, and
/// that does not change; its pid is its own until we collect it. So each is looked at when it is new, in slices of a turn
/// (<see cref="AdoptedLooks"/>), and what was found is kept: thousands of them cost the end of a service one list of our children. While
/// some are still to be looked at, whether anything is left of a run is not known.
/// </summary>
internal sealed class AdoptedChildren
{
    /// <summary>As many as a snapshot takes; those left out have their turn when the ones before them are gone.</summary>
    private const int Most = 1 << 16;

    /// <summary>
    /// Each end of a child that was not looked at yet takes another list; a service that forks without end may not hold up others.
    /// </summary>
    private const int MostLists = 8;

    /// <summary>Between two looks at those of which nothing could be seen.</summary>
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
    /// <param name="runs">Every run of which something may be left.</param>
    public AdoptedChildren(ProcessSource source, Census census, Func<int, bool> isStarted, Func<ReadOnlySpan<KnownRun>> runs)
    {
        (_source, _isStarted, _take) = (source, isStarted, Take);
        _looks = new AdoptedLooks(source, census, runs, Settle);
    }

    /// <summary>When <see cref="Continue"/> has something to do.</summary>
    public Instant Due => _looks.Due;

    /// <summary>The last child that a list showed; see <see cref="IsSettled(long)"/>.</summary>
    public long Last => _lastSerial;

    /// <summary>The list of our children holds no longer.</summary>
    public void Expire() => _isListed = null;

    /// <summary>From now on a whole slice may be spent again.</summary>
    public void BeginTurn() => _looks.BeginTurn();

    /// <summary>Looks at those that are still unknown, for what is left of this turn's slice.</summary>
    public void Continue() => _looks.Continue();

    /// <summary>A child of ours was collected, a started one or another: its pid is free for others.</summary>
    public void Collected(int pid)
    {
        _source.Collected(pid);
        Forget(pid);
    }

    /// <summary>A pid is that of a main process from now on.</summary>
    public void Forget(int pid)
    {
        if (_adopted.Remove(pid, out var was))
            Drop(was);
    }

    /// <summary>A child is not the main process of a run any more, and was not collected.</summary>
    public void Released(int pid)
    {
        if (!_adopted.ContainsKey(pid))
            Add(pid);
    }

    /// <summary>Whether every child that a list showed was looked at.</summary>
    public bool IsSettled() => IsSettled(_lastSerial);

    /// <summary>Whether all were looked at that came no later than a certain one.</summary>
    public bool IsSettled(long through) => _looks.FirstUnknown > through;

    /// <summary>Whether one of them is of a run.</summary>
    public bool Has(long run) => _topsOf.ContainsKey(run);

    /// <summary>Lists our children, unless that was done since <see cref="Expire"/>; false where it cannot be.</summary>
    /// <remarks>
    /// The kernel lists thousands in several pieces, by their position. No piece misses one, since new children are put last, and only
    /// this thread takes any away.
    /// </remarks>
    /// <param name="isWhole">Whether those that were seen before are to be seen again, if only to find that one is missing.</param>
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

    /// <summary>Room for a question about each run: that its main process was collected must be noted whatever happens.</summary>
    public void Reserve(int runs) => _ = _questions.EnsureCapacity(runs);

    /// <summary>The main process of a run was collected: lists from now on show what it left.</summary>
    public void MainEnded(long run) => _questions[run] = new Question(_list);

    /// <summary>Nothing is left of a run.</summary>
    public void NothingLeft(long run) => _ = _questions.Remove(run);

    /// <summary>
    /// Whether something of a run hangs below one of them, or may do so; null where our children cannot be listed. Nothing is left after
    /// one list, once all of its children are known. If some of them ended before that, what hung below those is in another list, and so on
    /// for so many lists.
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
            // A list that another run has asked for serves as well: a first one made since its main process ended, a second one made when
            // all of the first were known.
            if (question.Lists == 0 ? question.List == _list : question.List >= _settledList)
                Expire();
            if (!List())
                return null;
            question = new Question(_list, question.Lists + 1, _lastSerial, _lostBeforeList);
        }
        _questions[run] = new Question(_list);
        return true;
    }

    /// <summary>Whether it was found to be of no live run; then nothing below it is, either.</summary>
    public bool IsStranger(int pid) => _adopted.TryGetValue(pid, out var known) && known is { State: AdoptedState.Settled, Run: 0 };

    /// <summary>Those whose run is known.</summary>
    public void AddKnown(List<KnownChild> children)
    {
        if (_topsOf.Count == 0)
            return;
        foreach (var (pid, known) in _adopted)
            if (known.Run != 0)
                children.Add(new KnownChild(pid, known.Run));
    }

    /// <summary>Those that were looked at and are of no live run. Of one whose environment could not be read nothing is said.</summary>
    /// <param name="strays">Gets them.</param>
    /// <param name="isLive">Whether something of a run may be left.</param>
    /// <param name="told">Pids of those that are left out.</param>
    public void AddStrangers(List<StrayChild> strays, Func<long, bool> isLive, HashSet<int> told)
    {
        foreach (var (pid, known) in _adopted)
            if (known is { State: AdoptedState.Settled, StartTime: > 0 } && (known.Run == 0 || !isLive(known.Run)) && !told.Contains(pid))
                strays.Add(new StrayChild(pid, known.StartTime, known.Named != 0 || known.Run != 0));
    }

    /// <summary>All of them.</summary>
    public IEnumerable<int> All => _adopted.Keys;

    /// <summary>It was found to be of no run, and shows now that it is of one.</summary>
    public void LookAgainAt(int pid)
    {
        if (!_adopted.ContainsKey(pid))
            return;
        Forget(pid);
        Add(pid);
    }

    /// <summary>Whether it is there still: not collected, and the one that was seen.</summary>
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

    /// <summary>A thread in state D may be awake by now: they are looked at again when somebody asks.</summary>
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

    /// <summary>Somebody else has collected them. The number of one may be that of a child which we started since.</summary>
    private void DropMissing()
    {
        _some.Clear();
        foreach (var child in _adopted.Values)
            if (child.List != _list && (_isStarted(child.Pid) || !Reaper.IsChild(child.Pid)))
                _some.Add(child);
        foreach (var child in _some)
            Forget(child.Pid);
    }

    /// <summary>How far the question is whether anything is left of a run.</summary>
    /// <param name="List">The latest list that counts; where none does, the last that does not, since something of it was there
    /// then.</param>
    /// <param name="Lists">How many count so far.</param>
    /// <param name="Through">The last child of the latest of them.</param>
    /// <param name="LostBefore">How many had been lost when that was made.</param>
    private readonly record struct Question(int List, int Lists = 0, long Through = 0, long LostBefore = 0);
}

/// <summary>A child of ours of no live run.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">With the number, it and no other.</param>
/// <param name="IsOurs">It, or a process below it, names a run of ours that is over.</param>
internal sealed record StrayChild(int Pid, ulong StartTime, bool IsOurs);
