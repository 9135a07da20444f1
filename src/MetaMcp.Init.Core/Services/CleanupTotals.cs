namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The endings of all runs, of services and of launched servers: how they came out, and how long they took, as a histogram of Prometheus.
/// </summary>
public sealed class CleanupTotals
{
    private static readonly (TimeSpan Most, string Label)[] Bounds =
    [
        (TimeSpan.FromMilliseconds(10), "0.01"), (TimeSpan.FromMilliseconds(100), "0.1"), (TimeSpan.FromMilliseconds(500), "0.5"),
        (TimeSpan.FromSeconds(1), "1"), (TimeSpan.FromSeconds(5), "5"), (TimeSpan.FromSeconds(10), "10"), (TimeSpan.FromSeconds(30), "30"),
    ];

    private readonly long[] _within = new long[Bounds.Length];

    /// <summary>Runs that ended when they were asked, or by themselves.</summary>
    public long Clean { get; private set; }

    /// <summary>Runs that SIGKILL ended.</summary>
    public long Killed { get; private set; }

    /// <summary>Runs that outlived every retry of SIGKILL.</summary>
    public long Failed { get; private set; }

    public long Count => Clean + Killed;

    public TimeSpan Sum { get; private set; }

    /// <summary>Each bound in seconds, with the number of endings that took no longer.</summary>
    public IEnumerable<(string Bound, long Count)> Buckets
    {
        get
        {
            for (var at = 0; at < Bounds.Length; at++)
                yield return (Bounds[at].Label, _within[at]);
        }
    }

    /// <summary>No process of the run is left.</summary>
    /// <param name="took">The time since the beginning of its ending.</param>
    /// <param name="isKilled">Whether it took SIGKILL.</param>
    public void AddEnded(TimeSpan took, bool isKilled)
    {
        (Clean, Killed) = (Clean + (isKilled ? 0 : 1), Killed + (isKilled ? 1 : 0));
        Sum += took;
        for (var at = 0; at < Bounds.Length; at++)
            _within[at] += took <= Bounds[at].Most ? 1 : 0;
    }

    public void AddFailed() => Failed++;
}
