namespace MetaMcp.Init.Core.Services;

/// <summary>How long the endings of runs took: a histogram, as Prometheus has it.</summary>
public sealed class CleanupTimes
{
    private static readonly (TimeSpan Most, string Label)[] Bounds =
    [
        (TimeSpan.FromMilliseconds(10), "0.01"), (TimeSpan.FromMilliseconds(100), "0.1"), (TimeSpan.FromMilliseconds(500), "0.5"),
        (TimeSpan.FromSeconds(1), "1"), (TimeSpan.FromSeconds(5), "5"), (TimeSpan.FromSeconds(10), "10"), (TimeSpan.FromSeconds(30), "30"),
    ];

    private readonly long[] _within = new long[Bounds.Length];

    public long Count { get; private set; }

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

    public void Add(TimeSpan took)
    {
        Count++;
        Sum += took;
        for (var at = 0; at < Bounds.Length; at++)
            _within[at] += took <= Bounds[at].Most ? 1 : 0;
    }
}
