using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>"app" depends on "db" and is restarted with it; "other" depends on it and is not.</summary>
public sealed class RestartWithTests
{
    private static readonly ServiceSettings App = Daemon("app").Needs("db") with { RestartWith = ["db"] };

    [Fact]
    public void A_dependent_that_asks_for_it_is_ended_and_starts_when_its_dependency_is_ready_again()
    {
        var world = Running(App, Daemon("other").Needs("db"));
        world.Exits("db", 1)
            .Tells("db exit code 1", "db again in 1s: exit code 1", "app anew with db", "SIGTERM app", "app killed by SIGTERM");
        world.Pass("1s").Tells("start db", "db ready", "start app", "app ready");
        Assert.IsType<RunState.Ready>(world.RunOf("other"));
    }

    [Fact]
    public void One_that_takes_longer_to_end_than_its_dependency_to_come_back_starts_when_it_has_ended()
    {
        var world = Running(App.StopTimeout("30s"));
        world.Program("app").Ignores(Signal.Term);
        world.Exits("db", 1).Pass("10s").Forget();
        world.Exits("app", 0).Tells("app exit code 0", "start app", "app ready");
    }

    [Fact]
    public void It_is_handed_on_to_those_that_ask_for_it_in_turn()
    {
        var world = Running(App, Daemon("front").Needs("app") with { RestartWith = ["app"] });
        world.Exits("db", 1).TellsAmongOthers("app anew with db", "front anew with app", "SIGTERM app", "SIGTERM front");
        world.Pass("1s").Tells("start db", "db ready", "start app", "app ready", "start front", "front ready");
    }

    [Fact]
    public void Where_the_dependency_fails_for_good_the_dependent_is_skipped()
    {
        var world = new World(Daemon("db").Policy(RestartPolicy.Never), App.StopTimeout("5s"), Daemon("b"));
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Forget();
        world.Exits("db", 4).Forget();
        world.Exits("app", 0).Tells("app exit code 0", "app skipped: db", "degraded: db (exit code 4), app (needs db)");
    }

    [Fact]
    public void One_in_its_own_backoff_waits_for_its_dependency()
    {
        var world = Running(Daemon("app").Needs("db"));
        world.Exits("db", 1).Pass("1s").Exits("app", 1).Exits("db", 1).Forget();
        world.Pass("1s").Tells("app waits for db");
        world.Pass("1s").Tells("start db", "db ready", "start app", "app ready");
    }

    [Fact]
    public void One_in_its_own_backoff_is_skipped_where_its_dependency_fails_for_good()
    {
        var world = Running(Daemon("app").Needs("mate"), Daemon("mate").Policy(RestartPolicy.Never));
        world.Exits("app", 1).Exits("mate", 1).Forget();
        world.Pass("1s").Tells("app skipped: mate", "degraded: app (needs mate), mate (exit code 1)");
    }

    [Fact]
    public void A_failure_of_its_own_meanwhile_is_its_own()
    {
        var world = Running(App);
        world.Exits("app", 1).Exits("db", 1).NeverTold("app anew with db");
    }

    [Fact]
    public void An_unhealthy_dependency_counts_when_it_is_ended()
    {
        var probed = Daemon("db").Probed();
        var world = new World(probed with { Probe = probed.Probe! with { Interval = Span("1s"), Retries = 1 } }, App);
        world.Begin();
        world.Program("db").Probe = ProbeBehaviour.Fails;
        world.Pass("1s").TellsAmongOthers("db unhealthy: 1 probe failed; last probe: exit code 1", "app anew with db");
    }

    [Fact]
    public void In_a_shutdown_nothing_is_started_anew()
    {
        var world = Running(App);
        world.Signal(Signal.Term).TellsAmongOthers("SIGTERM app", "app stopped", "SIGTERM db", "db stopped");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_stop_while_it_waits_to_be_started_anew_is_done_at_once()
    {
        var world = Running(App);
        world.Exits("db", 1).Forget();
        world.Signal(Signal.Term).TellsAmongOthers("app stopped");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void The_failures_of_a_service_are_not_forgotten()
    {
        var world = Running(App);
        world.Exits("app", 1).Pass("1s").Exits("app", 1).Pass("2s");
        world.Exits("db", 1).Pass("1s").Forget();
        world.Exits("app", 1).Tells("app exit code 1", "app again in 4s: exit code 1");
    }

    [Fact]
    public void Nothing_is_started_anew_once_the_end_has_begun()
    {
        // "d" needs "a", is required, and still waits for "late". When "a" fails, "d" fails with it, and with "d" the whole container.
        var world = new World(
            Daemon("a").Policy(RestartPolicy.Never), Daemon("b").Needs("a") with { RestartWith = ["a"] }, Daemon("c").Needs("b"),
            Daemon("late").ReadyBy(ReadyRule.NotifyFd), Daemon("d").Needs("a", "late").Required());
        world.Program("c").Ignores(Signal.Term);
        world.Begin().Forget();
        world.Exits("a", 4).NeverTold("b anew with a").NeverTold("SIGTERM b");
    }

    private static World Running(params ServiceSettings[] dependents)
    {
        var world = new World([Daemon("db"), .. dependents]);
        world.Begin().Forget();
        return world;
    }
}
