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
