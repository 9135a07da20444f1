using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Sweeping;

/// <summary>The part of a sweep that grows with the number of foreign processes, done in slices: it looks at strangers.</summary>
/// <param name="swept">The results for runs and helpers.</param>
/// <param name="known">The strangers of the sweeps before, which are all looked at again.</param>
/// <param name="through">The serial of the last child that is looked for; null to look at known strangers only.</param>
/// <param name="adopted">Children of ours that we did not start.</param>
/// <param name="search">Decides which of them are strangers.</param>
internal sealed class StrangerSweep(
    SystemEvent.Swept swept, IReadOnlyList<Stranger> known, long? through, AdoptedChildren adopted, StrangerSearch search)
{
    /// <summary>
    /// The number of new candidates that one sweep looks at, since each takes memory. The next sweep goes on behind them.
    /// </summary>
    private const int MostNew = 1024;

    private readonly List<Stranger> _vanished = [];
    private readonly List<Stranger> _found = [];
    private readonly HashSet<int> _before = [];
    private readonly TracerSearch _tracers = new();
    private List<StrayChild>? _candidates;
    private int _knownAt;
    private int _candidateAt;
    private int _new;
    private int _unseen;

    /// <summary>Children of ours are still to be looked at, which has a time of its own.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Continues until the given time, or a little longer; true if the sweep is over.</summary>
    public bool Continue(Instant until)
    {
        for (; _knownAt < known.Count; _knownAt++)
        {
            if (MonotonicClock.Now >= until)
                return false;
            _ = _before.Add(known[_knownAt].Pid);
            if (search.HasEnded(known[_knownAt]))
                _vanished.Add(known[_knownAt]);
        }
        if (through is not { } last)
            return true;
        IsWaiting = !adopted.IsSettled(last);
        if (IsWaiting)
            return false;
        _candidates ??= search.Candidates(known);
        for (; _candidateAt < _candidates.Count; _candidateAt++)
        {
            if (MonotonicClock.Now >= until)
                return false;
            LookAt(_candidates[_candidateAt]);
        }
        // Tracers matter only for processes that are to be ended: a process that is not proven to be ours is left alone in any
        // case.
        return !_found.Exists(stranger => stranger.IsOurs) || _tracers.Continue(until);
    }

    /// <summary>The answer, with the results so far.</summary>
    public SystemEvent.Swept Finish()
    {
        _ = _found.RemoveAll(stranger => stranger.IsOurs && (!_tracers.IsWhole || _tracers.Has(stranger.Pid)));
        _tracers.Close();
        return swept with { Strangers = _found, Vanished = _vanished, Unseen = _unseen + (_candidates?.Count ?? 0) - _candidateAt };
    }

    private void LookAt(StrayChild candidate)
    {
        if (!_before.Contains(candidate.Pid))
        {
            if (_new == MostNew)
            {
                _unseen++;
                return;
            }
            _new++;
            search.LookedUpTo = candidate.Pid;
        }
        if (search.LookAt(candidate) is { } stranger)
            _found.Add(stranger);
    }
}
