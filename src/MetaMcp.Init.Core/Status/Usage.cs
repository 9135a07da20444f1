namespace MetaMcp.Init.Core.Status;

/// <summary>The use of resources by a run, or by all, as the asker has read it from the kernel; null is not known.</summary>
/// <param name="Memory">The working set in bytes: what the kernel could not take back.</param>
/// <param name="IsEstimate">It was looked up process by process, and not counted by the kernel.</param>
public sealed record Usage(long? Memory, bool IsEstimate = false)
{
    /// <summary>All memory in bytes, with pages of files that the kernel can take back (<c>memory.current</c>).</summary>
    public long? Current { get; init; }

    /// <summary>The highest figure that the kernel has seen (<c>memory.peak</c>, Linux 5.19).</summary>
    public long? Peak { get; init; }

    /// <summary>Memory in swap, in bytes.</summary>
    public long? Swap { get; init; }

    /// <summary>The processor time that was used, in all.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>
    /// The processor time was added up over the processes that are there now: it falls when one of them ends that its parent does not
    /// collect, so it is no counter.
    /// </summary>
    public bool IsCpuEstimate { get; init; }

    public TimeSpan? UserTime { get; init; }

    public TimeSpan? SystemTime { get; init; }

    /// <summary>The time for which the kernel held the processes back, since they had used their share of the processors.</summary>
    public TimeSpan? Throttled { get; init; }

    /// <summary>Threads, of which each process has at least one.</summary>
    public int? Tasks { get; init; }

    public int? Processes { get; init; }

    /// <summary>Open file descriptors of all processes.</summary>
    public int? Descriptors { get; init; }

    public Pressure? MemoryPressure { get; init; }

    public Pressure? CpuPressure { get; init; }

    public Pressure? IoPressure { get; init; }
}
