using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Status;

/// <summary>The use of resources by a run, or by all, as the asker has read it from the kernel; null is not known.</summary>
/// <param name="Memory">The working set in bytes: what the kernel could not take back.</param>
/// <param name="IsEstimate">It was looked up process by process, and not counted by the kernel.</param>
public sealed record Usage(long? Memory, bool IsEstimate = false)
{
    /// <summary>The highest figure that the kernel has seen (<c>memory.peak</c>, Linux 5.19).</summary>
    public long? Peak { get; init; }

    /// <summary>The processor time that was used, in all.</summary>
    public TimeSpan? CpuTime { get; init; }

    public int? Tasks { get; init; }

    public int? Processes { get; init; }

    /// <summary>
    /// The part of the last ten seconds in which a process waited for memory, in per cent (<c>memory.pressure</c>, some avg10).
    /// </summary>
    public double? Pressure { get; init; }

    /// <summary>All memory in bytes, with files that the kernel could take back (<c>memory.current</c>).</summary>
    public long? Charged { get; init; }

    /// <summary>Memory in swap, in bytes (<c>memory.swap.current</c>).</summary>
    public long? Swap { get; init; }

    public TimeSpan? CpuUser { get; init; }

    public TimeSpan? CpuSystem { get; init; }

    /// <summary>The time in which <c>cpu_max</c> held it back (<c>cpu.stat</c>, throttled_usec).</summary>
    public TimeSpan? Throttled { get; init; }

    /// <summary>Open descriptors of all processes; null if those of one cannot be seen.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>Since the start of the run, for each resource that the kernel measures.</summary>
    public ImmutableArray<PressureTimes> Pressures { get; init; } = [];
}
