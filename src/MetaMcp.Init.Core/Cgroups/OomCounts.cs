using MetaMcp.Init.Core.KernelText;

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
