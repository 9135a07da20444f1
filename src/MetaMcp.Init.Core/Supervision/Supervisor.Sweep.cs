using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// Whether what is entered and what there is agree. A process that loses its parent is given to us without a word, so somebody has
/// to look: not by the clock, but a while after something has ended, which is when there can be something to find.
/// </summary>
public sealed partial class Supervisor
{
    private static readonly TimeSpan LongestUnswept = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestUnswept = TimeSpan.FromSeconds(1);

    private readonly OrphanWatch _orphans;
    private Instant _sweepAt = Instant.Never;

    /// <summary>What sweeps have mended.</summary>
    public int Repairs { get; private set; }

    /// <summary>How many orphans were ended, by command.</summary>
    public IReadOnlyDictionary<string, int> OrphansEnded => _orphans.Ended;

    private void SweepSoon()
    {
        if (IsEnding || _sweepAt != Instant.Never)
            return;
        var grace = _plan.Settings.Init.OrphanGrace;
        _sweepAt = _now + (grace > LongestUnswept ? LongestUnswept : grace < ShortestUnswept ? ShortestUnswept : grace);
    }

    private void Sweep()
    {
        _sweepAt = Instant.Never;
        if (IsEnding)
            return;
        Compare(_orphans.Known(), _plan.Settings.Init.Orphans != OrphanPolicy.Adopt);
    }

    private void Swept(SystemEvent.Swept swept)
    {
        foreach (var pid in swept.Gone)
            Tell(new Notice.Repaired($"pid {pid} was entered as running and is no child of ours any more; its exit status is lost"));
        if (swept.Emptied > 0)
            Tell(new Notice.Repaired($"{swept.Emptied} runs or cgroups were taken to have members and had none"));
        Repairs += swept.Gone.Count + swept.Emptied;
        foreach (var facts in swept.Facts)
            Correct(facts);
        foreach (var helper in swept.LostHelpers)
            HelperLost(helper);
        if (IsEnding)
            return;
        _orphans.Seen(swept.Strangers, swept.Vanished, swept.Unseen, _now);
        // What could not be looked at is looked for again, and nobody tells when what is no child of ours has ended.
        if (_orphans.HasAny)
            SweepSoon();
        if (_orphans.GraceEnds != Instant.Never)
            _sweepAt = Instant.Earlier(_sweepAt, Instant.Later(_orphans.GraceEnds, _now + ShortestUnswept));
    }

    private int FreePlaces => _plan.Settings.Shutdown.MaxConcurrent - _cleanups - _orphans.Cleanups;
}
