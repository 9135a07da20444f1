using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Metrics;
using MetaMcp.Init.Core.Tests.Supervision;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>The row of a service, <c>health</c>, /readyz and the metric agree on what is ready.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public void A_trial_run_that_is_up_is_ready()
    {
        var breaker = new BreakerSettings { Failures = 1, OpenFor = Span("1m") };
        var world = Of(Daemon("a") with { Restart = Restart with { Breaker = breaker } }).Exits("a", 3);
        Assert.False(IsReady(world));
        world.Pass("61s");
        Assert.Equal(ServiceCondition.Trial, world.RowOf("a").Condition);
        Assert.True(IsReady(world));
    }

    [Fact]
    public void A_service_whose_probes_fail_is_ready_until_it_is_replaced()
    {
        var world = Of(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Fails;
        for (var second = 0; second < 60 && world.RowOf("a").Condition == ServiceCondition.Ready; second++)
            world.Pass("1s");
        Assert.Equal(ServiceCondition.Failing, world.RowOf("a").Condition);
        Assert.True(IsReady(world));
    }

    [Fact]
    public void A_oneshot_that_has_succeeded_is_ready() => Assert.True(IsReady(Of(Oneshot("a")).Exits("a", 0)));

    [Fact]
    public void A_daemon_that_has_ended_well_is_not()
    {
        var world = Of(Daemon("a").Policy(RestartPolicy.Never)).Exits("a", 0);
        Assert.Equal(ServiceCondition.Finished, world.RowOf("a").Condition);
        Assert.False(IsReady(world));
    }

    private static World Of(ServiceSettings service)
    {
        var world = new World(service, Daemon("keep"));
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        return world.Begin().Pass("1s");
    }

    private static bool IsReady(World world)
    {
        var row = world.RowOf("a");
        var health = world.Looks(new ControlRequest(ControlVerb.Health) { Names = ["a"] });
        Assert.Equal(row.IsReady, Assert.IsType<EndRow>(health[^1]).Error == ControlError.None);
        var metrics = MetricsText.Render(Facts.Of(row), MetricsFormat.Prometheus);
        Assert.Contains($"mcp_init_service_ready{{name=\"a\"}} {(row.IsReady ? 1 : 0)}\n", metrics, StringComparison.Ordinal);
        return row.IsReady;
    }
}
