using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Serving;

/// <summary><c>mcp-init metrics</c>: what <c>/metrics</c> answers, on stdout, for a collector that runs commands.</summary>
internal static class MetricsVerb
{
    public static int Run(bool isOpenMetrics)
    {
        var knowledge = InitStatus.Ask(withCounts: true);
        if (knowledge.Facts is not { } facts)
        {
            Page.Error($"mcp-init{(knowledge.IsRefused ? " metrics" : "")}: {knowledge.Problem}");
            return knowledge.IsRefused ? VerbAnswers.Refused : VerbAnswers.NoInit;
        }
        Page.Out(MetricsText.Render(facts, isOpenMetrics ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus));
        return VerbAnswers.Success;
    }
}
