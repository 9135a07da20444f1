using System.Collections.Immutable;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>What the asker knows of PID 1 from /proc; null is not known.</summary>
/// <param name="StartedAt">In seconds since 1970.</param>
/// <param name="ResidentBytes">VmRSS.</param>
/// <param name="CpuTime">User and system.</param>
public sealed record InitFigures(double? StartedAt = null, long? ResidentBytes = null, TimeSpan? CpuTime = null);

/// <summary>All that the metrics are made from.</summary>
/// <param name="Status">The rows of the answer and the use that was read for them.</param>
/// <param name="Counts">The counters of the answer.</param>
public sealed record MetricsFacts(StatusDocument Status, ImmutableArray<CountRow> Counts)
{
    /// <summary>The commit that the program was built from; null if the build did not know it.</summary>
    public string? Commit { get; init; }

    /// <summary>The machine that the program was built for, <c>linux-x64</c>; null if not known.</summary>
    public string? Rid { get; init; }

    public InitFigures Init { get; init; } = new();

    /// <summary>The limit of the container's own cgroup; null without one, or if it cannot be seen.</summary>
    public long? ContainerMemoryMax { get; init; }

    /// <summary>When the main process of each service and instance was started, by its name, in seconds since 1970.</summary>
    public ImmutableDictionary<string, double> StartTimes { get; init; } = ImmutableDictionary<string, double>.Empty;
}
