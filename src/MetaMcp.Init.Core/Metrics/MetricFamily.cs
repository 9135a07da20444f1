using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>One metric: its name, its type, its labels, and the words for a person.</summary>
/// <param name="Name">Without <c>mcp_init_</c>; that of a counter with <c>_total</c>.</param>
/// <param name="Kind">The type.</param>
/// <param name="Help">A line; it ends without a full stop.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Help)
{
    public const string Prefix = "mcp_init_";

    /// <summary>The names of the labels, in the order in which values are given.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>
    /// The values of the label beside <c>name</c> whose counters are shown from the start, as 0; an empty one where there is no such
    /// label. Prometheus sees no increase in a series that begins with 1, so an alert would miss the first event.
    /// </summary>
    public ImmutableArray<string> FromStart { get; init; } = [];

    /// <summary>The names that have those: services or types of servers, or both.</summary>
    public bool IsOfServices { get; init; }

    public bool IsOfServers { get; init; }

    /// <summary>The unit that the name ends with (before <c>_total</c>), as OpenMetrics asks for it; null for none.</summary>
    public string? Unit { get; init; }

    public string FullName => Prefix + Name;

    /// <summary>The name that OpenMetrics has in its comments: without the ending that tells the type.</summary>
    public string BareName => Kind switch
    {
        MetricKind.Counter => Prefix + Name[..^"_total".Length],
        MetricKind.Info => Prefix + Name[..^"_info".Length],
        _ => FullName,
    };
}
