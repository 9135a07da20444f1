using System.Text;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>The table of metrics in the README, between two comments that say where it comes from.</summary>
public static class MetricsTable
{
    public const string Begin =
        "<!-- The table of metrics, made from src/MetaMcp.Init.Core/Metrics. To write it anew: MCP_INIT_RENEW=1 make check -->\n";

    public const string End = "<!-- The end of the table of metrics. -->\n";

    /// <summary>The table alone.</summary>
    public static string Text()
    {
        var text = new StringBuilder("| `mcp_init_…` | labels | type | means |\n|---|---|---|---|\n");
        foreach (var family in MetricFamilies.All)
            text.Append($"| `{family.Name}` | {string.Join(", ", family.Labels)} | {Word(family.Kind)} | {family.Help} |\n");
        return text.ToString();
    }

    /// <summary>The README with the table of today; null if the two comments are not in it, once and in order.</summary>
    public static string? Renewed(string readme)
    {
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin ? null : $"{readme[..(begin + Begin.Length)]}\n{Text()}\n{readme[end..]}";
    }

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info => "info",
        _ => "gauge",
    };
}
