using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Sweeping;

/// <summary>The part of a comparison that grows with other people's processes, which is done in slices: it looks at strangers.</summary>
/// <param name="swept">What was found of runs and helpers.</param>
/// <param name="known">Those of the comparisons before, which are looked at again whatever their number.</param>
/// <param name="through">The last child that is looked for; null where only those known are looked at.</param>
/// <param name="adopted">Children of ours that we did not start.</param>
/// <param name="search">Tells which of them are strangers.</param>
internal sealed class StrangerSweep(
    SystemEvent.Swept swept, IReadOnlyList<Stranger> known, long? through, AdoptedChildren adopted, StrangerSearch search)
{
    /// <summary>So many that were not known are looked at by one comparison: each takes memory. The next goes on behind them.</summary>
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

    /// <summary>Goes on until a moment has come, or a little longer; true where it is over.</summary>
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
        // Only those that are to be ended: one that may be anybody's is left alone in any case.
        return !_found.Exists(stranger => stranger.IsOurs) || _tracers.Continue(until);
    }

    /// <summary>The answer, with as much as was found.</summary>
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
