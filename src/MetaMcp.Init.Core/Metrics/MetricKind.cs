namespace MetaMcp.Init.Core.Metrics;

/// <summary>
/// The type of a metric. A set of states is a gauge of 0 and 1 for each state: OpenMetrics has a type for it, which demands a label with
/// the metric's own name, and then both formats would have different series.
/// </summary>
public enum MetricKind
{
    Gauge,

    /// <summary>Its name ends in <c>_total</c>.</summary>
    Counter,

    Histogram,

    /// <summary>Always 1, all that it says is in its labels; its name ends in <c>_info</c>. A gauge in the older format.</summary>
    Info,
}
