using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>
/// Finds the limit that made the kernel kill. The kernel counts before it kills, so counts that are read after an exit was collected
/// include it. The kernel counts the limit before the kill, so a reading may fall between the two: a hit of a limit without a kill so
/// far is kept until a kill comes. If the kernel kills a whole cgroup, it kills the process that it chose, then counts the group
/// kill, then kills the others: a reading in between reports the first one, and the later kills are for the same limit.
/// </summary>
public sealed class OomLedger
{
    /// <summary>A hit kills within moments; a kill much later has another reason.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<long, Told> _told = [];
    private (long Hits, Instant At) _workload;
    private (long Hits, Instant At) _container;

    /// <summary>The new kills of a run, or null if the kernel has killed none of it since the last call.</summary>
    /// <param name="run">The run's number.</param>
    /// <param name="atStart">The counts before its first process.</param>
    /// <param name="now">The present counts.</param>
    /// <param name="at">The time of the reading.</param>
    public OomKills? Take(long run, OomCounts atStart, OomCounts now, Instant at)
    {
        if (now.WorkloadOom > _workload.Hits)
            _workload = (now.WorkloadOom, at);
        if (now.ContainerOom > _container.Hits)
            _container = (now.ContainerOom, at);
        var (before, origin) = _told.GetValueOrDefault(run) ?? new Told(atStart, OomOrigin.Outside);
        if (now.Kills <= before.Kills)
            return null;
        var isAll = now.GroupKills > before.GroupKills;
        if (LimitHit(before, now, at) is { } hit)
            origin = hit;
        else if (before.GroupKills > atStart.GroupKills && !isAll)
            return null;
        else if (!isAll)
            origin = OomOrigin.Outside;
        _told[run] = new Told(now, origin);
        return new OomKills(isAll ? null : now.Kills - before.Kills, origin);
    }

    private OomOrigin? LimitHit(OomCounts before, OomCounts now, Instant at) =>
        now.OomBelow > before.OomBelow ? now.Oom > before.Oom ? OomOrigin.Own : OomOrigin.Nested
        : now.WorkloadOom > before.WorkloadOom && at - _workload.At <= Patience ? OomOrigin.Workload
        : now.ContainerOom > before.ContainerOom && at - _container.At <= Patience ? OomOrigin.Container
        : null;

    /// <summary>The run is over.</summary>
    public void Forget(long run) => _told.Remove(run);

    /// <summary>
    /// The counts and the limit of the last report. A class: the tables of all classes share one piece of code, that of a struct has
    /// its own.
    /// </summary>
    private sealed record Told(OomCounts Counts, OomOrigin Origin);
}
