using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>The kernel's out-of-memory counts at one moment, for one run.</summary>
/// <param name="Oom">The run's own cap was reached and no memory could be reclaimed (memory.events.local, oom).</param>
/// <param name="OomBelow">The same, or the cap of a cgroup that the service made below its own (memory.events, oom).</param>
/// <param name="Kills">
/// Processes of the run that the kernel killed for memory, for any cap (oom_kill). If it kills a whole cgroup, the process that it
/// had chosen is counted twice.
/// </param>
/// <param name="GroupKills">The number of times it killed all of it (oom_group_kill, Linux 5.17).</param>
/// <param name="WorkloadOom">The cap of all services together was reached (memory.events.local of their common parent).</param>
/// <param name="ContainerOom">The container's own cap was reached (memory.events.local of its root).</param>
public readonly record struct OomCounts(long Oom, long OomBelow, long Kills, long GroupKills, long WorkloadOom, long ContainerOom)
{
    /// <summary>The number of killed processes in a file memory.events.</summary>
    public static long Killed(ReadOnlySpan<byte> memoryEvents) =>
        Math.Max(FlatKeyed.Value(memoryEvents, "oom_kill"u8) - FlatKeyed.Value(memoryEvents, "oom_group_kill"u8), 0);
}

/// <summary>The limit that was reached.</summary>
public enum OomOrigin
{
    /// <summary>The service's <c>memory_max</c>.</summary>
    Own,

    /// <summary>A limit that the service set on a cgroup that it made itself.</summary>
    Nested,

    /// <summary><c>memory</c> of <c>[limits]</c>.</summary>
    Workload,

    /// <summary>The container's limit: <c>docker run --memory</c>.</summary>
    Container,

    /// <summary>None within the container: the machine's, or a limit above the container.</summary>
    Outside,
}

/// <summary>Processes of one run that the kernel killed for memory.</summary>
/// <param name="Processes">The number since the last report; null if all of them were killed.</param>
/// <param name="Origin">The limit that was reached.</param>
public sealed record OomKills(long? Processes, OomOrigin Origin);

/// <summary>The reason why the kernel killed a process.</summary>
/// <param name="Origin">The limit that was reached.</param>
/// <param name="Limit">The limit as a clause: <c>its memory_max of 64MiB</c>.</param>
public sealed record OomCause(OomOrigin Origin, string Limit)
{
    /// <summary>For programs that read logs.</summary>
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
        // Only the service itself can have set such a limit.
        OomOrigin.Own or OomOrigin.Nested => "a memory limit it gave itself",
        OomOrigin.Workload when workload is { } max => $"memory of [limits], {max}",
        OomOrigin.Container => "the container's memory limit",
        _ => "a memory limit outside of the container",
    });
}
