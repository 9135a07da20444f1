using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Health of services that are ready.</summary>
public sealed class HealthTests
{
    private static readonly ServiceSettings Watched = Beating("a");

    [Fact]
    public void A_ready_service_is_probed_every_interval()
    {
        var world = Running(Watched);
        var probes = ProbesIn(world, "1m");
        Assert.InRange(probes[0].TotalSeconds, 1, 10);
        Assert.Equal(6, probes.Count);
        Assert.All(probes.Zip(probes.Skip(1)), pair => Assert.Equal(Span("10s"), pair.Second - pair.First));
    }

    [Fact]
    public void Those_that_became_ready_together_are_not_probed_together()
    {
        var world = Running([.. Enumerable.Range(0, 100).Select(i => Beating($"s{i}"))]);
        var seconds = ProbesIn(world, "10s").ConvertAll(t => (int)t.TotalSeconds);
        Assert.Equal(100, seconds.Count);
        Assert.All(seconds.GroupBy(s => s), second => Assert.InRange(second.Count(), 1, 30));
    }

    [Fact]
    public void One_that_is_ready_without_a_probe_is_probed_at_once()
    {
        var world = new World(Watched with { Ready = ReadyRule.Started });
        world.Begin().Pass("1ms").Tells("start a", "a ready", "up", "probe a");
    }

    [Fact]
    public void So_many_failures_in_a_row_end_it_and_it_is_started_again()
    {
        var world = Running(Watched);
        world.Program("a").Probe = ProbeBehaviour.Fails;
        FirstProbe(world).Tells("probe a", "a probe failed (1 of 3)");
        world.Pass("10s").Tells("probe a", "a probe failed (2 of 3)");
        world.Pass("10s").Tells(
            "probe a", "a probe failed (3 of 3)", "a unhealthy: 3 probes in a row failed; last probe: exit code 1", "SIGTERM a",
                "a killed by SIGTERM",
            "a again in 0s: unhealthy: 3 probes in a row failed; last probe: exit code 1", "start a", "probe a");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("100ms").Tells("probe a", "a ready");
    }

    [Fact]
    public void The_back_off_is_counted_from_the_first_of_the_failures()
    {
        var world = Running(Beating("a", "1s", retries: 2).Backoff(new BackoffSettings { Initial = Span("5s"), Jitter = 0 }));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        FirstProbe(world).Forget();
        world.Pass("1s").TellsAmongOthers("a again in 4s: unhealthy: 2 probes in a row failed; last probe: exit code 1");
    }

    [Fact]
    public void One_whose_delay_is_over_when_it_has_ended_waits_for_its_dependency_and_says_so()
    {
        var slow = new BackoffSettings { Initial = Span("1h"), Max = Span("1h"), Jitter = 0 };
        var world = Running(Daemon("db").Backoff(slow), Watched.Needs("db"));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        FirstProbe(world).Pass("10s").Exits("db", 1).Forget();
        world.Pass("10s").TellsAmongOthers(
            "a killed by SIGTERM", "a again after db: unhealthy: 3 probes in a row failed; last probe: exit code 1");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("59m").Tells();
        world.Pass("1m").TellsAmongOthers("start db", "db ready", "start a", "a ready");
        Assert.Equal(1, Assert.IsType<ServiceState.Active>(world.StateOf("a")).History.Failures);
    }

    [Fact]
    public void A_success_forgives_the_failures_before_it()
    {
        var world = Running(Watched);
        world.Program("a").Probe = ProbeBehaviour.Fails;
        FirstProbe(world).Pass("10s").Forget();
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("10s").Tells("probe a", "a healthy again after 2");
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("20s").Tells("probe a", "a probe failed (1 of 3)", "probe a", "a probe failed (2 of 3)");
    }

    [Fact]
    public void A_probe_that_hangs_is_killed_and_counts_and_the_next_comes_at_once()
    {
        var world = Running(Beating("a", "1s", timeout: "1s"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        var begin = FirstProbe(world).Elapsed;
        world.Tells("probe a");
        world.Pass("1999ms").Tells();
        world.Pass("1ms").Tells("kill helper of a", "a probe failed (1 of 3)", "probe a");
        world.Pass("4s").TellsAmongOthers("a unhealthy: 3 probes in a row failed; last probe: no answer within 1s");
        Assert.Equal(Span("6s"), world.Elapsed - begin);
    }

    [Fact]
    public void Silent_for_long_is_unhealthy_whatever_the_retries()
    {
        var world = Running(Watched with { Probe = Watched.Probe! with { Retries = 100, UnhealthyAfter = Span("45s") } });
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("60s")
            .TellsAmongOthers("a probe failed (5 of 100)", "a unhealthy: no probe has succeeded for 45s; last probe: exit code 1");
    }

    [Fact]
    public void One_failure_is_no_silence_however_long_the_interval()
    {
        var world = Running(Beating("a", "5m", timeout: "1s"));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        FirstProbe(world).Tells("probe a", "a probe failed (1 of 3)");
        world.Pass("5m").TellsAmongOthers("a probe failed (2 of 3)", "a unhealthy: no probe has succeeded for 3m; last probe: exit code 1");
    }

    [Fact]
    public void A_probe_that_is_beyond_SIGKILL_does_not_end_the_watch()
    {
        var world = Running(
            Beating("a", "1s", timeout: "1s") is { Probe: { } probe } service
            ? service with { Probe = probe with { UnhealthyAfter = Span("20s") } }
            : Watched);
        world.Program("a").Probe = ProbeBehaviour.IsBeyondKill;
        FirstProbe(world).Pass("15s").Forget();
        world.Pass("5s").TellsAmongOthers("a unhealthy: no probe has succeeded for 20s, and one that hangs cannot be killed", "SIGTERM a");
    }

    [Fact]
    public void Where_no_probe_can_be_started_the_service_is_not_to_blame_but_not_for_ever()
    {
        var world = Running(Watched with { Probe = Watched.Probe! with { UnhealthyAfter = Span("45s") } });
        world.Program("a").Probe = ProbeBehaviour.CannotStart;
        world.Pass("44s").NeverTold("a probe failed (1 of 3)");
        world.Pass("2s").TellsAmongOthers("a unhealthy: no probe has succeeded for 45s, and none can be started");
    }

    [Fact]
    public void In_its_start_period_failures_do_not_count_until_a_probe_has_succeeded()
    {
        var world = new World(
            Watched with { Ready = ReadyRule.Started,
            Probe = Watched.Probe! with { StartPeriod = Span("1m"), UnhealthyAfter = Span("20s") } });
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Begin().Pass("59s").NeverTold("a probe failed (1 of 3)");
        world.Pass("2s").TellsAmongOthers("a probe failed (1 of 3)");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("10s").TellsAmongOthers("a healthy again after 1");

        world = new World(Watched with { Ready = ReadyRule.Started, Probe = Watched.Probe! with { StartPeriod = Span("10m") } });
        world.Begin().Pass("1ms").TellsAmongOthers("probe a");
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("10s").TellsAmongOthers("a probe failed (1 of 3)");
    }

    [Fact]
    public void One_that_is_not_to_be_restarted_has_failed()
    {
        var world = Running(Watched.Policy(RestartPolicy.Never), Daemon("b"));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("1m").TellsAmongOthers("a failed: unhealthy: 3 probes in a row failed; last probe: exit code 1");
    }

    [Fact]
    public void A_required_one_that_is_unhealthy_for_good_ends_everything()
    {
        var world = Running(Watched.Policy(RestartPolicy.Never).Required(), Daemon("b"));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("1m");
        Assert.Equal(1, world.ExitCode);
    }

    [Fact]
    public void A_probe_that_runs_when_its_service_ends_is_killed()
    {
        var world = Running(Watched);
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        FirstProbe(world).Forget();
        world.Exits("a", 1).TellsAmongOthers("kill helper of a");
        world.Pass("1ms").NeverTold("a probe failed (1 of 3)");
    }

    [Fact]
    public void In_a_shutdown_no_service_is_probed_and_no_probe_counts()
    {
        // "a" cannot stop before "b" has ended.
        var world = Running(Watched, (Daemon("b") with { DependsOn = ["a"] }).StopTimeout("1m"));
        world.Program("b").Ignores(Signal.Term);
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Signal(Signal.Term).Pass("25s").Tells("shutting down: SIGTERM", "SIGTERM b");
    }

    [Fact]
    public void A_long_good_run_clears_the_back_off_before_it_turns_bad()
    {
        var world = Running(Watched.Backoff(new BackoffSettings { Initial = Span("40s"), Max = Span("1h"), Jitter = 0 }));
        world.Exits("a", 1).TellsAmongOthers("a again in 40s: exit code 1");
        world.Pass("10m").Forget();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("30s").TellsAmongOthers("a again in 20s: unhealthy: 3 probes in a row failed; last probe: exit code 1");
    }

    private static ServiceSettings Beating(string name, string interval = "10s", int retries = 3, string timeout = "2s") =>
        Daemon(name).Probed() is { Probe: { } probe } service
            ? service with { Probe = probe with { Interval = Span(interval), Retries = retries, Timeout = Span(timeout) } }
                : throw new InvalidOperationException();

    private static World Running(params ServiceSettings[] services)
    {
        var world = new World(services);
        world.Begin().Forget();
        return world;
    }

    /// <summary>Passes the time until every service has had its second probe, the first one after it was ready.</summary>
    private static World FirstProbe(World world)
    {
        var ready = Assert.IsType<RunState.Ready>(world.RunOf("a"));
        return world.Pass(Duration.Format(ready.Due - world.Now));
    }

    private static List<TimeSpan> ProbesIn(World world, string time)
    {
        var probes = new List<TimeSpan>();
        var until = world.Elapsed + Span(time);
        while (world.Elapsed < until)
        {
            world.Pass("1ms");
            probes.AddRange(world.Told().Where(t => t.StartsWith("probe ", StringComparison.Ordinal)).Select(_ => world.Elapsed));
        }
        return probes;
    }
}
