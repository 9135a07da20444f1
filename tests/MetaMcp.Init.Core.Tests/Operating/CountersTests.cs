using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Launching;
using MetaMcp.Init.Core.Tests.Metrics;
using MetaMcp.Init.Core.Tests.Supervision;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>The counters of PID 1 in an answer to <c>metrics</c>.</summary>
public sealed class CountersTests
{
    /// <summary>Counters that the client reads from the kernel, and not from PID 1's answer.</summary>
    private static readonly string[] OfKernel =
    [
        "cpu_seconds_total", "cpu_throttled_seconds_total", "pressure_waiting_seconds_total", "pressure_stalled_seconds_total",
        "pid1_cpu_seconds_total",
    ];

    /// <summary>Counters whose event takes more than a service and a launch; each has a test of its own.</summary>
    private static readonly string[] Rare = ["oom_kills_total", "orphans_ended_total", "log_lines_total", "log_dropped_lines_total"];

    private readonly PoolWorld _pool = new(new Settings
    {
        Services = [Daemon("gateway")], Servers = [new ServerSettings { Name = "memory", MaxInstances = 3 }],
    });

    [Fact]
    public void Each_counter_of_the_table_is_in_an_answer()
    {
        var world = new World(Daemon("a").Probed(), Daemon("keep"));
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Begin().Pass("60s").Exits("a", 1).Pass("5s");
        _pool.Runs(1).Exits(1);
        var sent = world.Looks(new ControlRequest(ControlVerb.Metrics)).Concat(Answer()).OfType<CountRow>().ToList();
        var given = MetricsText.Render(Facts.Of(Facts.System) with { Counts = [.. sent] }, MetricsFormat.Prometheus);
        var families = MetricFamilies.All.Where(f => f.Kind is MetricKind.Counter or MetricKind.Histogram).Select(f => f.Name);
        foreach (var family in families.Except(OfKernel).Except(Rare))
            Assert.Contains($"\nmcp_init_{family}", given, StringComparison.Ordinal);
    }

    [Fact]
    public void Endings_of_servers_are_counted_with_those_of_services()
    {
        _pool.Runs(1).Exits(1).Runs(2);
        Assert.Equal((1, 0, 1), Cleanups());
        _pool.Stubborn.Add(2);
        _pool.Operator(new ControlRequest(ControlVerb.Stop) { Names = ["memory"] });
        _pool.Passes("30s");
        Assert.Equal((1, 1, 2), Cleanups());
        _pool.Runs(3).Operator(new ControlRequest(ControlVerb.Stop) { Names = ["memory"] });
        Assert.Equal((2, 1, 3), Cleanups());
    }

    /// <summary>Clients choose the names of types that the file does not have.</summary>
    [Fact]
    public void Beyond_some_types_all_others_are_counted_together_and_have_places_of_their_own()
    {
        for (var id = 1; id <= 200; id++)
            _pool.Runs(id, $"s-{id}").Exits(id);
        _pool.Runs(201, "late-1").Runs(202, "late-2").Runs(203, "s-1").Runs(204, "memory");
        var rows = Answer();
        Assert.Equal(
            [("late-1", "other", 1), ("late-2", "other", 2), ("s-1", null, 1), ("memory", null, 1)],
            rows.OfType<InstanceRow>().Select(row => (row.Server, row.CountedAs, row.Slot)));
        Assert.Equal(
            [("memory", null), ("late-1", "other"), ("late-2", "other"), ("s-1", null)],
            rows.OfType<ServerRow>().Select(row => (row.Name, row.CountedAs)));
        var counted = rows.OfType<CountRow>().Where(row => row is { Family: "launches_total", Label: "started" }).ToList();
        Assert.Equal(130, counted.Count);
        Assert.Equal((1, 74), (counted.Single(row => row.Name == "memory").Value, counted.Single(row => row.Name == "other").Value));
    }

    /// <summary>A reason that is not among those would begin with 1, and Prometheus would see no increase.</summary>
    [Fact]
    public void The_reasons_of_restarts_are_those_whose_counters_begin_with_0()
    {
        var world = new World(Daemon("a").Probed(), Daemon("b") with { RestartWith = ["a"], DependsOn = ["a"] }, Daemon("keep"));
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Begin().Pass("60s").Exits("a", 1).Pass("30s");
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("10m");
        var reasons = world.Looks(new ControlRequest(ControlVerb.Metrics)).OfType<CountRow>()
            .Where(row => row.Family == "restarts_total").Select(row => row.Label!).Distinct().ToList();
        Assert.True(reasons.Count > 2, string.Join(", ", reasons));
        Assert.All(reasons, reason => Assert.Contains(reason, MetricFamilies.Find("restarts_total")!.FromStart));
    }

    [Fact]
    public void The_table_of_metrics_lists_every_reason_of_a_restart()
    {
        Assert.Equal(Enum.GetNames<RestartReason>().Select(name => name.ToLowerInvariant()), RestartReasons.All);
        Assert.All(RestartReasons.All, reason =>
            Assert.Contains(reason, MetricFamilies.Find("restarts_total")!.Help, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_has_launched_a_server_is_known_by_that_until_it_ends()
    {
        Assert.False(Answer().OfType<ServiceRow>().Single().HasLaunched);
        _pool.Runs(1);
        Assert.True(Answer().OfType<ServiceRow>().Single().HasLaunched);
        _pool.Exits(1);
        Assert.True(Answer().OfType<ServiceRow>().Single().HasLaunched);
    }

    private (long Clean, long Killed, long Measured) Cleanups()
    {
        var rows = Answer();
        var counts = rows.OfType<CountRow>().ToList();
        var (clean, killed) = (Of("cleanups_total", "clean"), Of("cleanups_total", "killed"));
        Assert.Equal((clean, killed), rows.OfType<SystemRow>().Select(row => (row.CleanupsClean, row.CleanupsKilled)).Single());
        return (clean, killed, Of("cleanup_count", null));

        long Of(string family, string? label) => counts.Single(c => c.Family == family && c.Label == label).Value;
    }

    private List<StatusRow> Answer()
    {
        _pool.Supervisor.Window.Now = _pool.Now;
        var (rows, answer) = (new List<StatusRow>(), _pool.Supervisor.Window.Look(new ControlRequest(ControlVerb.Metrics)));
        while (answer.MoveNext())
            rows.Add(answer.Current!);
        return rows;
    }
}
