using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;

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

    /// <summary>A series that begins with 1 has no increase: the first event would not alert.</summary>
    [Fact]
    public void Counters_that_the_rules_ask_for_are_there_from_the_start()
    {
        var facts = Facts.Of(
            new ServiceRow { Name = "web", Condition = ServiceCondition.Ready, Since = default },
            new ServerRow { Name = "memory", Instances = 0 }) with { Counts = [new("cleanups_total", null, "failed", 0)] };
        var samples = Exposition.Read(MetricsText.Render(facts, MetricsFormat.Prometheus), MetricsFormat.Prometheus).Samples;
        var asked = Increase().Matches(Read("prometheus/mcp-init.rules.yaml")).Select(m => m.Groups[1].Value).Distinct().ToList();
        // The names of orphans are not known before.
        Assert.True(asked.Remove("mcp_init_orphans_ended_total"));
        Assert.Equal(5, asked.Count);
        Assert.All(asked, name => Assert.Contains(samples, s => s.Key.StartsWith(name + "{", StringComparison.Ordinal) && s.Value == 0));
        foreach (var series in (string[])
        [
            "restarts_total{name=\"web\",reason=\"oom\"}", "oom_kills_total{name=\"web\",limit=\"own\"}",
            "oom_kills_total{name=\"memory\",limit=\"workload\"}", "launches_total{name=\"memory\",result=\"refused\"}",
            "log_dropped_lines_total{name=\"web\"}",
        ])
            Assert.Equal(0, samples["mcp_init_" + series]);
        // Limits of memory that PID 1 tells apart.
        foreach (var origin in Enum.GetValues<OomOrigin>())
            Assert.Contains($"mcp_init_oom_kills_total{{name=\"web\",limit=\"{OomCause.Of(origin, null, null).Word}\"}}", samples.Keys);
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

    [GeneratedRegex(@"increase\((mcp_init_[a-z0-9_]+)")]
    private static partial Regex Increase();

    [GeneratedRegex(@"mcp_init_[a-z0-9_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(mcp_init_[a-z0-9_]+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-z_]+)(?:=~|!~|!=|=)")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
