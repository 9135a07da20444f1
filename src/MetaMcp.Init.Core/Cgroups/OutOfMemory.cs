using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>What the kernel has counted of out-of-memory trouble at one moment, for one run.</summary>
/// <param name="Oom">The run's own cap was hit and nothing could be reclaimed (memory.events.local, oom).</param>
/// <param name="OomBelow">The same, or that of a cgroup the service made below its own (memory.events, oom).</param>
/// <param name="Kills">
/// Processes of the run that the kernel killed for memory, whoever's cap it was (oom_kill). Where it kills all of a cgroup, the
/// one it had chosen is counted twice.
/// </param>
/// <param name="GroupKills">How often it killed all of it (oom_group_kill, Linux 5.17).</param>
/// <param name="WorkloadOom">The cap of all services together was hit (memory.events.local of their common parent).</param>
/// <param name="ContainerOom">The container's own cap was hit (memory.events.local of its root).</param>
public readonly record struct OomCounts(long Oom, long OomBelow, long Kills, long GroupKills, long WorkloadOom, long ContainerOom)
{
    /// <summary>How many processes a file memory.events tells of.</summary>
    public static long Killed(ReadOnlySpan<byte> memoryEvents) =>
        Math.Max(FlatKeyed.Value(memoryEvents, "oom_kill"u8) - FlatKeyed.Value(memoryEvents, "oom_group_kill"u8), 0);
}

/// <summary>Whose limit it was.</summary>
public enum OomOrigin
{
    /// <summary>The service's <c>memory_max</c>.</summary>
    Own,

    /// <summary>One that the service gave a cgroup of its own making.</summary>
    Nested,

    /// <summary><c>memory</c> of <c>[limits]</c>.</summary>
    Workload,

    /// <summary>What the container was given: <c>docker run --memory</c>.</summary>
    Container,

    /// <summary>Nothing within the container: the machine, or a limit above the container.</summary>
    Outside,
}

/// <summary>Processes of one run that the kernel killed for memory.</summary>
/// <param name="Processes">How many since the last report; null where it was all there were.</param>
/// <param name="Origin">Whose limit it was.</param>
public sealed record OomKills(long? Processes, OomOrigin Origin);

/// <summary>Why the kernel took a process.</summary>
/// <param name="Origin">Whose limit it was.</param>
/// <param name="Limit">The limit as a clause: <c>its memory_max of 64MiB</c>.</param>
public sealed record OomCause(OomOrigin Origin, string Limit)
{
    /// <summary>For machines that read logs.</summary>
    public string Word => Origin switch
    {
        OomOrigin.Own => "own",
        OomOrigin.Nested => "nested",
        OomOrigin.Workload => "workload",
        OomOrigin.Container => "container",
        _ => "outside",
    };

    public static OomCause Of(OomOrigin origin, ByteSize? own, ByteSize? workload) => new(origin, origin switch
    {
        OomOrigin.Own when own is { } max => $"its memory_max of {max}",
        // Nobody but the service itself can have set one.
        OomOrigin.Own or OomOrigin.Nested => "a memory limit it gave itself",
        OomOrigin.Workload when workload is { } max => $"memory of [limits], {max}",
        OomOrigin.Container => "the container's memory limit",
        _ => "a memory limit outside of the container",
    });
}

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
