using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Looks at children that lost their parent, one process after the other and in slices of a turn.
/// <para>
/// Evidence, as in <see cref="RunMembership"/>, of the child itself or of any process below it: a census knew it before; its
/// session or group; its environment. An empty environment is read again a millisecond later, since it is empty in the middle of an
/// exec. A child without evidence is looked at once more, later: it may have been about to execute a program whose environment names
/// its run.
/// </para>
/// </summary>
/// <param name="source">Looks at single processes.</param>
/// <param name="census">Remembers the run of a process from before it lost its parent.</param>
/// <param name="runs">Every run that may still have processes.</param>
/// <param name="settle">Takes the result for a child: its run, or 0.</param>
internal sealed class AdoptedLooks(
    ProcessSource source, Census census, Func<ReadOnlySpan<KnownRun>> runs, Action<AdoptedChild, AdoptedState, long> settle)
{
    /// <summary>The part of PID 1's time in one turn.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(2);

    /// <summary>From an empty environment to the second look. An exec shows an empty environment for a shorter time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>From a result of no run to the look that confirms it. No question waits for that look.</summary>
    private static readonly TimeSpan ConfirmPause = TimeSpan.FromMilliseconds(100);

    /// <summary>From a look that failed for want of a descriptor to the next try.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromMilliseconds(100);

    /// <summary>The limit of processes below one child: a larger tree without evidence so far belongs to no run.</summary>
    private const int MostBelow = 4096;

    /// <summary>The number of children that ended before their look and may still stand in a queue.</summary>
    private const int Slack = 1024;

    private readonly Queue<AdoptedChild> _first = new();
    private readonly Queue<AdoptedChild> _second = new();
    private readonly Queue<AdoptedChild> _unconfirmed = new();
    private readonly List<(int Pid, int Parent)> _below = new(16);
    private readonly List<int> _children = [];
    private AdoptedChild? _walked;
    private int _nextBelow;
    private bool _isWalkWhole;
    private bool _isWalkBlind;
    private Instant? _until;

    /// <summary>
    /// The number of children that ended before they were known, or while they were looked at: the processes below them have become
    /// our children, and only a later list of our children shows them.
    /// </summary>
    public long Lost { get; set; }

    /// <summary>The serial of the first child that questions wait for.</summary>
    public long FirstUnknown
    {
        get
        {
            // Children that wait for their second look came before all that were not looked at yet.
            var next = Peek(_second) ?? Peek(_first);
            var serial = next?.Serial ?? long.MaxValue;
            return _walked is { IsAwaited: true } walked ? Math.Min(serial, walked.Serial) : serial;
        }
    }

    /// <summary>When <see cref="Continue"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            if (_walked is { IsGone: false } walked)
                return walked.NotBefore;
            if (_first.Count > 0)
                return source.Now;
            return Instant.Earlier(Peek(_second)?.NotBefore ?? Instant.Never, Peek(_unconfirmed)?.NotBefore ?? Instant.Never);
        }
    }

    /// <summary>Reserves room for one more child, before it is added to any collection.</summary>
    public void Reserve() => _ = _first.EnsureCapacity(_first.Count + 1);

    public void Add(AdoptedChild child) => _first.Enqueue(child);

    /// <summary>A new turn: a whole slice of time may be spent again.</summary>
    public void BeginTurn() => _until = null;

    /// <summary>Where many children come and go, those that ended before their look would fill our memory.</summary>
    /// <param name="living">The number of children that exist.</param>
    public void DropGone(int living)
    {
        DropGone(_first, living);
        DropGone(_second, living);
        DropGone(_unconfirmed, living);
    }

    /// <summary>Looks at children for the rest of this turn's slice.</summary>
    /// <param name="isAwaited">Whether to wait for the time of a second look, if it comes within the slice.</param>
    public void Continue(bool isAwaited = false)
    {
        var until = _until ??= source.Now + Slice;
        while (source.Now < until)
        {
            if (TryWalk() is { } child)
                LookAtNext(child);
            else if (!isAwaited || Due >= until)
                return;
        }
    }

    private static AdoptedChild? Peek(Queue<AdoptedChild> queue)
    {
        while (queue.TryPeek(out var child))
        {
            if (!child.IsGone)
                return child;
            _ = queue.Dequeue();
        }
        return null;
    }

    private static void DropGone(Queue<AdoptedChild> queue, int living)
    {
        if (queue.Count <= (2 * living) + Slack)
            return;
        for (var left = queue.Count; left > 0; left--)
            if (queue.Dequeue() is { IsGone: false } child)
                queue.Enqueue(child);
    }

    /// <summary>The child whose tree is looked at next; null where none is due.</summary>
    private AdoptedChild? TryWalk()
    {
        if (_walked is { IsGone: false } walked)
            return walked.NotBefore <= source.Now ? walked : null;
        _walked = TakeDue(_second) ?? TakeDue(_first) ?? TakeDue(_unconfirmed);
        if (_walked is null)
            return null;
        Begin(_walked);
        return _walked;
    }

    private AdoptedChild? TakeDue(Queue<AdoptedChild> queue) =>
        Peek(queue) is { } next && next.NotBefore <= source.Now ? queue.Dequeue() : null;

    /// <summary>
    /// Looks at one process of the tree. If memory ends, the state stays as it was, except that the next try comes after a pause.
    /// </summary>
    private void LookAtNext(AdoptedChild child)
    {
        if (_nextBelow == _below.Count || _nextBelow >= MostBelow)
        {
            SettleWithout(child);
            return;
        }
        child.NotBefore = source.Now + ShortagePause;
        var (pid, parent) = _below[_nextBelow];
        var glance = source.Look(pid);
        _children.Clear();
        var isRead = glance.Sight is Sight.Whole or Sight.Partial or Sight.Blocked;
        // The pid may belong to another process by now; or its parent has ended, and the process is our own child.
        var isIts = isRead && (pid == child.Pid || glance.Stat.Parent == parent);
        var after = isIts ? source.AddChildren(glance.Stat, _children) : glance.Sight;
        if (glance.Sight == Sight.Shortage || after == Sight.Shortage)
        {
            Begin(child);
            return;
        }
        _ = _below.EnsureCapacity(_below.Count + _children.Count);
        if (pid == child.Pid)
            child.StartTime = glance.Stat.StartTime;
        if (glance.Sight == Sight.Dead || after == Sight.Dead || (isRead && !isIts))
            Lost++;
        if (pid == child.Pid && !isRead)
            Settle(child, glance.Sight == Sight.Hidden ? AdoptedState.Hidden : AdoptedState.Settled, 0);
        else if (isIts && RunOf(glance) is not 0 and var run && (pid == child.Pid || !RunMembership.IsNested(runs(), run)))
            Settle(child, AdoptedState.Settled, run);
        else
            Next(child, glance, isIts);
    }

    /// <summary>Allocates nothing.</summary>
    private void Next(AdoptedChild child, in Glance glance, bool isIts)
    {
        if (isIts)
        {
            // If the child names a live run and does not belong to it, the name is another user's claim.
            if (child.Named == 0 && !RunMembership.IsKnown(runs(), glance.Claim.Run))
                child.Named = glance.Claim.Run;
            _isWalkWhole &= glance.Sight == Sight.Whole;
            _isWalkBlind |= glance.Sight == Sight.Blocked;
            foreach (var below in _children)
                _below.Add((below, glance.Stat.Pid));
        }
        _nextBelow++;
        child.NotBefore = default;
    }

    private void Begin(AdoptedChild child)
    {
        (_nextBelow, _isWalkWhole, _isWalkBlind) = (0, true, false);
        _below.Clear();
        _below.Add((child.Pid, 0));
    }

    /// <summary>The whole tree was looked at, and no process in it shows a run.</summary>
    private void SettleWithout(AdoptedChild child)
    {
        child.NotBefore = source.Now + ShortagePause;
        _ = _second.EnsureCapacity(_second.Count + 1);
        _ = _unconfirmed.EnsureCapacity(_unconfirmed.Count + 1);
        if (!_isWalkWhole && !child.IsSecondLook)
        {
            _walked = null;
            (child.IsSecondLook, child.NotBefore) = (true, source.Now + Pause);
            _second.Enqueue(child);
            return;
        }
        Settle(child, _isWalkBlind ? AdoptedState.Blind : AdoptedState.Settled, 0);
        if (child.IsConfirming)
            return;
        (child.IsConfirming, child.IsSecondLook, child.NotBefore) = (true, true, source.Now + ConfirmPause);
        _unconfirmed.Enqueue(child);
    }

    private long RunOf(in Glance glance)
    {
        var all = runs();
        if (census.Remembered(glance.Stat) is not 0 and var before && RunMembership.IsKnown(all, before))
            return before;
        return RunMembership.BegunBy(all, glance.Stat) is not 0 and var begun ? begun : RunMembership.Believed(all, glance.Claim);
    }

    private void Settle(AdoptedChild child, AdoptedState state, long run)
    {
        settle(child, state, run);
        _walked = null;
    }
}
