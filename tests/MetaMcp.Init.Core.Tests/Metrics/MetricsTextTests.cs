using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Metrics;

public sealed class MetricsTextTests
{
    public static TheoryData<MetricsFormat> Formats => [MetricsFormat.Prometheus, MetricsFormat.OpenMetrics];

    /// <summary>With MCP_INIT_RENEW=1 the file is written anew in place of the comparison.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void The_text_is_the_one_that_was_looked_at(MetricsFormat format)
    {
        var path = Path.Combine(ArchitectureTests.Root, "tests", "MetaMcp.Init.Core.Tests", "Metrics", $"{format}.txt");
        var text = MetricsText.Render(Facts.All, format);
        if (Environment.GetEnvironmentVariable("MCP_INIT_RENEW") == "1")
            File.WriteAllText(path, text);
        Assert.Equal(File.ReadAllText(path), text);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_line_is_read_by_a_strict_reader(MetricsFormat format)
    {
        var read = Exposition.Read(MetricsText.Render(Facts.All, format), format);
        Assert.Equal(1, read.Samples["mcp_init_service_state{name=\"worker\",state=\"open\"}"]);
        Assert.Equal(0, read.Samples["mcp_init_service_state{name=\"worker\",state=\"ready\"}"]);
        Assert.Equal(6, read.Samples["mcp_init_exits_total{name=\"worker\",result=\"failure\"}"]);
        Assert.Equal(58, read.Samples["mcp_init_cleanup_duration_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(12.345, read.Samples["mcp_init_cleanup_duration_seconds_sum"]);
        Assert.Equal(1.25, read.Samples["mcp_init_pid1_cpu_seconds_total"]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Families_come_in_the_order_of_the_table(MetricsFormat format)
    {
        var names = Exposition.Read(MetricsText.Render(Facts.All, format), format).Types.Keys.ToList();
        var table = MetricFamilies.All.Select(f => format == MetricsFormat.OpenMetrics ? f.BareName : f.FullName).ToList();
        Assert.Equal(table.Where(names.Contains), names);
    }

    [Fact]
    public void Each_family_has_a_name_of_its_type_and_its_unit()
    {
        Assert.Equal(MetricFamilies.All.Length, MetricFamilies.All.Select(f => f.Name).Distinct().Count());
        Assert.All(MetricFamilies.All, family =>
        {
            Assert.Equal(family.Kind == MetricKind.Counter, family.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.Equal(family.Kind == MetricKind.Info, family.Name.EndsWith("_info", StringComparison.Ordinal));
            Assert.True(family.Unit is null || family.BareName.EndsWith("_" + family.Unit, StringComparison.Ordinal), family.Name);
            Assert.DoesNotMatch("[\\\\\n]|\\.$", family.Help);
            // Prometheus sets these two itself, and would rename ours.
            Assert.DoesNotContain(family.Labels, label => label is "instance" or "job" or "le");
        });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_name_cannot_break_the_text(MetricsFormat format)
    {
        string[] names =
        [
            "a\"} 1\nevil 2", "back\\slash", "\\", "\"", "tab\tand\rreturn", "\u001b[31mred", "\u202eright", "null\0", "\ud800", "",
            new string('x', 10_000), "{a=\"b\"}", "# EOF", "\u2028line", "é漢字",
        ];
        Assert.All(names, name =>
        {
            var facts = Facts.Of(
                new ServiceRow { Name = name, Condition = ServiceCondition.Ready, Since = default, LastCode = 1 },
                new ServerRow { Name = name, Instances = 1 },
                new InstanceRow { Id = "i", Name = name, Server = name, Slot = 1, Condition = InstanceCondition.Busy, Age = default })
                with { Counts = [new("orphans_ended_total", null, name, 1), new("starts_total", name, null, 1)] };
            var text = MetricsText.Render(facts, format);
            var read = Exposition.Read(text, format);
            Assert.Equal(1, read.Samples.Single(s => s.Key.StartsWith("mcp_init_orphans_ended_total", StringComparison.Ordinal)).Value);
            Assert.DoesNotContain(read.Samples.Keys, series => series.Length > 400);
        });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_series_is_written_once(MetricsFormat format)
    {
        var row = new InstanceRow
        {
            Id = "i", Name = "a@1", Server = "a", Slot = 1, Condition = InstanceCondition.Busy, Age = default, TasksMax = 5,
        };
        var text = MetricsText.Render(Facts.Of(row, row with { TasksMax = 6 }), format);
        Assert.Equal(5, Exposition.Read(text, format).Samples["mcp_init_tasks_limit{name=\"a\",slot=\"1\"}"]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Each_limit_of_a_launched_server_has_its_sample(MetricsFormat format)
    {
        var text = MetricsText.Render(
            Facts.Of(new InstanceRow
            {
                Id = "i", Name = "a@1", Server = "a", Slot = 1, Condition = InstanceCondition.Busy, Age = default,
                MemoryMax = 7, TasksMax = 5, CpuMax = 0.5,
            }), format);
        var samples = Exposition.Read(text, format).Samples;
        Assert.Equal(0.5, samples["mcp_init_cpu_limit_cores{name=\"a\",slot=\"1\"}"]);
        Assert.Equal(7, samples["mcp_init_memory_limit_bytes{name=\"a\",slot=\"1\"}"]);
        Assert.Equal(5, samples["mcp_init_tasks_limit{name=\"a\",slot=\"1\"}"]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Types_that_are_counted_together_have_one_name(MetricsFormat format)
    {
        var rows = new List<StatusRow>();
        for (var type = 1; type <= 200; type++)
        {
            rows.Add(new ServerRow { Name = $"s-{type}", CountedAs = "other", Instances = 2, Idle = 1, Most = 3 });
            rows.Add(new InstanceRow
            {
                Id = "i", Name = $"s-{type}@1", Server = $"s-{type}", CountedAs = "other", Slot = type, Condition = InstanceCondition.Busy,
                Age = default, TasksMax = type,
            });
        }
        var text = MetricsText.Render(Facts.Of([.. rows]), format);
        Assert.DoesNotContain("s-", text, StringComparison.Ordinal);
        Assert.DoesNotContain("instances_limit", text, StringComparison.Ordinal);
        var samples = Exposition.Read(text, format).Samples;
        Assert.Equal(200, samples["mcp_init_server_instances{name=\"other\",state=\"busy\"}"]);
        Assert.Equal(200, samples["mcp_init_server_instances{name=\"other\",state=\"idle\"}"]);
        Assert.Equal(177, samples["mcp_init_tasks_limit{name=\"other\",slot=\"177\"}"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Processor_time_that_was_added_up_over_processes_is_no_counter(bool isEstimate)
    {
        var facts = Facts.Of(new ServiceRow { Name = "a", Condition = ServiceCondition.Ready, Since = default });
        var usage = new Usage(1, isEstimate)
        {
            UserTime = TimeSpan.FromSeconds(2), SystemTime = TimeSpan.FromSeconds(1), IsCpuEstimate = isEstimate,
        };
        facts = facts with { Status = facts.Status with { Usages = facts.Status.Usages.Add("a", usage) } };
        var text = MetricsText.Render(facts, MetricsFormat.Prometheus);
        Assert.Equal(!isEstimate, text.Contains("mcp_init_cpu_seconds_total{", StringComparison.Ordinal));
        Assert.Contains("mcp_init_memory_working_set_bytes{name=\"a\",slot=\"\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_and_a_limit_that_does_not_exist_have_no_sample()
    {
        var facts = Facts.Of(new ServiceRow { Name = "a", Condition = ServiceCondition.Ready, IsReady = true, Since = default })
            with { Init = new InitFigures(), ContainerMemoryMax = null };
        var text = MetricsText.Render(facts, MetricsFormat.Prometheus);
        Assert.DoesNotMatch("_bytes|_limit\\b|last_exit_code|start_time|timestamp|cpu_|pid1|startup_duration|probe|_total|histogram", text);
        Assert.Contains("mcp_init_service_ready{name=\"a\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_histogram_is_not_written()
    {
        foreach (var missing in Facts.Counts.Where(c => c.Family.StartsWith("cleanup_", StringComparison.Ordinal)))
        {
            var facts = Facts.All with { Counts = [.. Facts.Counts.Where(c => c != missing)] };
            Assert.DoesNotContain("cleanup_duration", MetricsText.Render(facts, MetricsFormat.Prometheus), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_time_of_a_reload_does_not_move_between_two_scrapes()
    {
        static double At(int uptime) => Exposition.Read(
            MetricsText.Render(
                Facts.Of(StatusDocument.From([Facts.System with
                {
                    Uptime = TimeSpan.FromMilliseconds(uptime), FileAge = TimeSpan.FromMilliseconds(uptime - 7000 + (uptime % 2)),
                }])!), MetricsFormat.Prometheus),
            MetricsFormat.Prometheus).Samples["mcp_init_config_last_reload_success_timestamp_seconds"];

        Assert.Equal(1764316080, At(90_000));
        Assert.Equal(1764316080, At(105_001));
    }

    [Theory]
    [InlineData(ServiceCondition.Failing, 0)]
    [InlineData(ServiceCondition.Starting, 0)]
    [InlineData(ServiceCondition.Ready, 1)]
    [InlineData(ServiceCondition.Backoff, null)]
    public void The_last_probe_is_known_from_the_state(ServiceCondition condition, int? success)
    {
        var row = new ServiceRow { Name = "a", Condition = condition, Since = default, HasProbe = true, Probes = 3 };
        var samples = Exposition.Read(MetricsText.Render(Facts.Of(row), MetricsFormat.Prometheus), MetricsFormat.Prometheus).Samples;
        Assert.Equal(success, samples.TryGetValue("mcp_init_probe_success{name=\"a\"}", out var value) ? (int)value : null);
    }

    [Theory]
    [InlineData(null, MetricsFormat.Prometheus)]
    [InlineData("*/*", MetricsFormat.Prometheus)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", MetricsFormat.Prometheus)]
    [InlineData("application/openmetrics-text", MetricsFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", MetricsFormat.OpenMetrics)]
    [InlineData(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.4", MetricsFormat.OpenMetrics)]
    [InlineData("text/plain;q=1,application/openmetrics-text;q=0.4", MetricsFormat.Prometheus)]
    [InlineData("application/openmetrics-text;q=0", MetricsFormat.Prometheus)]
    [InlineData("application/openmetrics-text;version=9.0.0,text/plain;q=0.1", MetricsFormat.Prometheus)]
    [InlineData("application/openmetrics-text;q=;;,,", MetricsFormat.Prometheus)]
    [InlineData("application/openmetrics-text;q=NaN", MetricsFormat.Prometheus)]
    public void The_format_is_the_one_that_the_client_prefers(string? accept, MetricsFormat expected) =>
        Assert.Equal(expected, MetricsFormats.For(accept));
}
