using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>
/// Tells whose limit killed. The kernel counts before it kills, so that counts read after an exit was collected have all of it; it
/// counts the limit before the kill, so that a reading may fall between the two: what of a limit has not been answered by a kill
/// stands until one comes. Where it kills all of a cgroup, it kills the one it chose, then counts that it will be all, then kills
/// the others: a reading in between tells of the first, and what follows is for the same limit.
/// </summary>
public sealed class OomLedger
{
    /// <summary>A hit kills within moments; one that is longer ago was another's.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<long, Told> _told = [];
    private (long Hits, Instant At) _workload;
    private (long Hits, Instant At) _container;

    /// <summary>What is new of a run, or null where nothing was killed since the last time.</summary>
    /// <param name="run">The run's number.</param>
    /// <param name="atStart">The counts before its first process.</param>
    /// <param name="now">The counts as they stand.</param>
    /// <param name="at">When they were read.</param>
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

    /// <summary>Nothing is left of it.</summary>
    public void Forget(long run) => _told.Remove(run);

    /// <summary>
    /// What a kill of a run was told by. A class: the tables of all classes are one piece of code, that of a struct is its own.
    /// </summary>
    private sealed record Told(OomCounts Counts, OomOrigin Origin);
}
