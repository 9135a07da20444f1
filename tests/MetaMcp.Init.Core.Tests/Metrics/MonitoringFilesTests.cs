using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Metrics;

namespace MetaMcp.Init.Core.Tests.Metrics;

/// <summary>The alert rules and the dashboard ask for metrics, labels and values that exist.</summary>
public sealed partial class MonitoringFilesTests
{
    public static TheoryData<string> MonitoringFiles => ["prometheus/mcp-init.rules.yaml", "grafana/mcp-init.json"];

    private static string Read(string file) => File.ReadAllText(Path.Combine(ArchitectureTests.Root, "container", file));

    [Theory]
    [MemberData(nameof(MonitoringFiles))]
    public void Every_metric_that_they_name_exists(string file)
    {
        var known = MetricFamilies.All.SelectMany(f => f.Kind == MetricKind.Histogram
            ? [$"{f.FullName}_bucket", $"{f.FullName}_sum", $"{f.FullName}_count"] : (string[])[f.FullName]).ToHashSet();
        var named = MetricName().Matches(Read(file)).Select(m => m.Value).Distinct().ToList();
        Assert.True(named.Count > 10);
        Assert.All(named, name => Assert.Contains(name, known));
    }

    [Theory]
    [MemberData(nameof(MonitoringFiles))]
    public void Every_label_that_they_ask_a_metric_for_is_one_of_its_own(string file)
    {
        var text = Read(file).Replace("\\\"", "\"", StringComparison.Ordinal);
        var asked = Selector().Matches(text);
        Assert.True(asked.Count > 5);
        Assert.All(asked, selector =>
        {
            var name = Suffix().Replace(selector.Groups[1].Value[MetricFamily.Prefix.Length..], "");
            var family = MetricFamilies.Find(name) ?? MetricFamilies.Find(selector.Groups[1].Value[MetricFamily.Prefix.Length..])!;
            foreach (Match label in Label().Matches(selector.Groups[2].Value))
                Assert.True(
                    label.Groups[1].Value is "job" or "instance" || family.Labels.Contains(label.Groups[1].Value),
                    $"{selector.Value}: {family.Name} has no label {label.Groups[1].Value}");
        });
    }

    [Fact]
    public void The_dashboard_is_JSON_with_panels_that_do_not_overlap()
    {
        using var dashboard = JsonDocument.Parse(Read("grafana/mcp-init.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.True(panels.Count > 15);
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        var cells = new HashSet<(int, int)>();
        Assert.All(panels, panel =>
        {
            var at = panel.GetProperty("gridPos");
            int Of(string name) => at.GetProperty(name).GetInt32();
            for (var x = Of("x"); x < Of("x") + Of("w"); x++)
                for (var y = Of("y"); y < Of("y") + Of("h"); y++)
                    Assert.True(x < 24 && cells.Add((x, y)), $"{panel.GetProperty("title")} overlaps at {x}, {y}");
        });
    }

    [GeneratedRegex(@"mcp_init_[a-z0-9_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(mcp_init_[a-z0-9_]+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-z_]+)(?:=~|!~|!=|=)")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
