using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Alerts: when each is raised and over, and how often it is told.</summary>
public sealed class AlertTests
{
    [Fact]
    public void A_crash_raises_an_alert_that_is_over_when_the_service_is_ready_again()
    {
        var world = Running(Daemon("a"));
        world.Exits("a", 3).Tells("a exit code 3", "a again in 1s: exit code 3", "alert process-failure a");
        world.Pass("1s").Tells("start a", "a ready", "over process-failure a");
        var raised = Assert.Single(world.Heard, h => h.Notice.Kind == Notices.AlertRaised).Notice;
        Assert.Equal("a: alert process-failure (warning)", raised.ToString());
        Assert.Equal(
            "a: alert process-failure is over after 1s",
            Assert.Single(world.Heard, h => h.Notice.Kind == Notices.AlertOver).Notice.ToString());
    }

    [Fact]
    public void A_service_that_comes_and_goes_makes_one_alert_in_a_window_and_a_count()
    {
        var world = Running(Daemon("a"));
        for (var crash = 0; crash < 5; crash++)
            world.Exits("a", 1).Pass("1m");
        Assert.Equal(["alert process-failure a", "over process-failure a"], Alerts(world));
        world.Pass("5m").Tells("withheld process-failure a 4");
        Assert.True(world.Sleeps, "an alert that is over is forgotten");
        Assert.Equal(["alert process-failure a", "over process-failure a"], Alerts(world.Exits("a", 1).Pass("1m")));
    }

    [Fact]
    public void An_alert_that_was_withheld_and_still_stands_is_told_when_its_window_is_over()
    {
        var world = Running(Daemon("a").Probed());
        world.Exits("a", 1).Pass("30s");
        Assert.Equal(["alert process-failure a", "over process-failure a"], Alerts(world));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        Assert.Empty(Alerts(world.Exits("a", 1).Pass("9m")));
        Assert.Equal("alert process-failure a again", Assert.Single(Alerts(world.Pass("1m"))).Split(',')[0]);
    }

    [Fact]
    public void A_warning_that_becomes_critical_is_told_at_once_and_once()
    {
        var world = new World(File(Daemon("a").Policy(RestartPolicy.OnFailure) with
        {
            Restart = Restart with { MaxRestarts = 1 },
        }) with { Alerts = new AlertSettings() }).Begin().Forget();
        world.Exits("a", 1).Pass("1s");
        Assert.Equal(["alert process-failure a", "over process-failure a"], Alerts(world));
        Assert.Equal(["alert process-failure a!"], Alerts(world.Exits("a", 1)));
    }

    [Fact]
    public void Memory_that_moves_around_a_threshold_is_one_alert()
    {
        var world = new World(Capped, counted: Controllers.All);
        world.Begin().Forget();
        for (var minute = 0; minute < 9; minute++)
        {
            world.Program("a").Memory = (minute % 2 == 0 ? 80 : 60) << 20;
            world.Pass("1m");
        }
        Assert.Equal(["alert memory-pressure a", "over memory-pressure a"], Alerts(world));
        world.Program("a").Memory = 60 << 20;
        Assert.Equal(["withheld memory-pressure a 4"], Alerts(world.Pass("3m")));
    }

    [Fact]
    public void The_memory_of_a_process_goes_with_the_process()
    {
        var world = new World(Capped, counted: Controllers.All);
        world.Begin().Forget();
        world.Program("a").Memory = 95 << 20;
        Assert.Equal(["alert memory-pressure a!"], Alerts(world.Pass("1m")));
        Assert.Equal(["over memory-pressure a"], Alerts(world.Asks(ControlVerb.Stop, "a")));
    }

    [Fact]
    public void A_circuit_that_opens_is_critical_until_it_closes()
    {
        var world = Running(Daemon("a") with { Restart = Restart with { Breaker = new BreakerSettings { Failures = 2 } } });
        world.Exits("a", 1).Pass("1s").Forget();
        Assert.Equal(["alert circuit-open a!"], Alerts(world.Exits("a", 1)));
        Assert.Empty(Alerts(world.Pass("1m").Told("a trial")));
        Assert.Equal(["over circuit-open a"], Alerts(world.Pass("10m")).Where(l => l.Contains("circuit", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_operator_who_stops_the_service_ends_its_alerts()
    {
        var world = Running(Daemon("a") with { Restart = Restart with { Breaker = new BreakerSettings { Failures = 1 } } });
        Assert.Equal(["alert circuit-open a!"], Alerts(world.Exits("a", 1)));
        Assert.Equal(["over circuit-open a"], Alerts(world.Asks(ControlVerb.Stop, "a")));
    }

    [Fact]
    public void What_is_gone_from_the_file_has_no_alert()
    {
        var world = Running(Daemon("a"), Daemon("b") with { Restart = Restart with { Breaker = new BreakerSettings { Failures = 1 } } });
        Assert.Equal(["alert circuit-open b!"], Alerts(world.Exits("b", 1)));
        Assert.Equal(["over circuit-open b"], Alerts(world.Reloads(File(Daemon("a")) with { Alerts = new AlertSettings() })));
    }

    [Fact]
    public void An_alert_whose_end_nothing_tells_is_over_when_it_has_been_quiet_for_a_window()
    {
        var world = new World(Capped, sampled: Controllers.All);
        world.Begin().Forget();
        world.Program("a").Memory = 200 << 20;
        world.Pass("1s");
        world.Program("a").Memory = 1;
        Assert.Contains("alert resource-violation a", Alerts(world.Pass("9m")));
        Assert.Equal(["over resource-violation a"], Alerts(world.Pass("2m")));
    }

    [Fact]
    public void A_storm_is_cut_and_what_still_stands_is_told_in_the_next_minutes()
    {
        var names = Enumerable.Range(0, 100).Select(i => $"s{i}").ToArray();
        var world = Running([.. names.Select(n => Daemon(n).Policy(RestartPolicy.Never)), Daemon("x")]);
        foreach (var name in names)
            world.Exits(name, 1);
        Assert.Equal(20, Alerts(world).Count);
        for (var minute = 1; minute < 5; minute++)
            Assert.Equal(20, Alerts(world.Pass("1m")).Count);
        Assert.Empty(Alerts(world.Pass("1d")));
    }

    [Fact]
    public void Names_from_outside_take_no_turn_from_those_of_the_file()
    {
        var world = new World(File(Daemon("a"), Daemon("b").Policy(RestartPolicy.Never)) with
        {
            Init = new InitSettings { OrphanGrace = TimeSpan.FromSeconds(1) }, Alerts = new AlertSettings(),
        });
        world.Begin();
        for (var command = 0; command < 30; command++)
            world.HasStranger($"c{command}");
        world.Exits("a", 1).Pass("10s").Forget();
        Assert.Equal(["alert process-failure b!"], Alerts(world.Exits("b", 1)));
        Assert.InRange(world.Heard.Count(h => h.Notice["Alert"] is "orphans"), 10, 20);
    }

    [Fact]
    public void A_cleanup_that_failed_is_over_when_nothing_is_left_of_it()
    {
        var world = new World(File(Daemon("a").Policy(RestartPolicy.Never), Daemon("b")) with { Alerts = new AlertSettings() }).Begin();
        world.Program("a").IgnoresEverything();
        world.Asks(ControlVerb.Stop, "a").Pass("1m");
        Assert.Equal(["alert cleanup-failure a!"], Alerts(world));
        Assert.Equal(["over cleanup-failure a"], Alerts(world.IsKilledBy("a", Signal.Kill)));
    }

    [Fact]
    public void Subjects_without_number_take_no_memory_without_end()
    {
        var world = new World(File(Daemon("a")) with
        {
            Init = new InitSettings { OrphanGrace = TimeSpan.FromSeconds(1) },
            Alerts = new AlertSettings { Window = TimeSpan.FromHours(8) },
        });
        world.Begin();
        for (var command = 0; command < 400; command++)
        {
            world.HasStranger($"c{command}");
            world.Exits("a", 1).Pass("1m");
        }
        Assert.Contains(Alerts(world), l => l.StartsWith("alert orphans others", StringComparison.Ordinal));
        Assert.Equal(129, world.Heard.Count(h => h.Notice.Kind == Notices.AlertRaised));
    }

    [Fact]
    public void What_is_raised_is_a_row_of_the_status_until_it_is_over()
    {
        var world = Running(Daemon("a"), Daemon("b").Policy(RestartPolicy.Never));
        world.Exits("a", 1).Exits("b", 1);
        var rows = world.Looks(new ControlRequest(ControlVerb.Status));
        Assert.Equal(
            [("process-failure", "a", false), ("process-failure", "b", true)],
            rows.OfType<AlertRow>().Select(r => (r.Alert, r.Name, r.IsCritical)));
        var system = rows.OfType<SystemRow>().Single();
        Assert.Equal((2, 2L, 0, 0), (system.Alerts, system.AlertsTold, system.Instances, system.Healthy));
        rows = world.Pass("1s").Looks(new ControlRequest(ControlVerb.Metrics));
        Assert.Equal("b", Assert.Single(rows.OfType<AlertRow>()).Name);
        system = rows.OfType<SystemRow>().Single();
        Assert.Equal((1, 2L, 1, 1), (system.Alerts, system.AlertsTold, system.Instances, system.Healthy));
        Assert.Equal(2, rows.OfType<CountRow>().Single(r => r.Family == "alerts_total").Value);
        Assert.Single(world.Looks(new ControlRequest(ControlVerb.Status) { Names = ["b"] }).OfType<AlertRow>());
        Assert.Empty(world.Looks(new ControlRequest(ControlVerb.Status) { Names = ["a"] }).OfType<AlertRow>());
    }

    [Fact]
    public void Switched_off_there_are_none_and_no_deadline()
    {
        var world = new World(File(Daemon("a").Policy(RestartPolicy.Never))).Begin();
        world.Exits("a", 1);
        Assert.Empty(Alerts(world));
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void A_healthy_day_has_no_alert()
    {
        var names = Enumerable.Range(0, 15).Select(i => $"s{i}").ToArray();
        var settings = File([.. names.Select(n => Daemon(n).Probed() with
        {
            Limits = new CgroupLimits { MemoryMax = new ByteSize(100 << 20), TasksMax = 64 },
        })]) with
        {
            Limits = new LimitSettings { Memory = new ByteSize(2000L << 20), Tasks = 500, MaxInstances = 15 },
            Alerts = new AlertSettings { Command = ["/bin/notify"] },
        };
        foreach (var (sampled, counted) in new[]
            { (Controllers.All, Controllers.None), (Controllers.None, Controllers.All) })
        {
            var world = new World(settings, sampled, counted);
            var random = new Random(4);
            world.Begin();
            for (var hour = 0; hour < 24; hour++)
            {
                foreach (var name in names)
                    world.Program(name).Memory = random.Next(40, 74) << 20;
                Assert.Empty(Alerts(world.Pass("1h")));
            }
            Assert.Empty(world.Documents);
        }
    }

    private static Settings Capped => File(Daemon("a") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(100 << 20) } }) with
    {
        Alerts = new AlertSettings(),
    };

    private static World Running(params ServiceSettings[] services) =>
        new World(File([.. services]) with { Alerts = new AlertSettings() }).Begin().Forget();

    /// <summary>The lines about alerts since the last call.</summary>
    private static List<string> Alerts(World world) =>
    [
        .. world.Told().Where(l => l.StartsWith("alert ", StringComparison.Ordinal) || l.StartsWith("over ", StringComparison.Ordinal) ||
            l.StartsWith("withheld ", StringComparison.Ordinal)),
    ];
}
