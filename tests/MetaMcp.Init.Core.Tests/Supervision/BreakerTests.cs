using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The circuit breaker: five failures within five minutes open it for a minute.</summary>
public sealed class BreakerTests
{
    private static readonly ServiceSettings Breaking = Daemon("a") with
    {
        Restart =
            new RestartSettings { Backoff = new BackoffSettings { Initial = Span("1s"), Factor = 1, Jitter = 0,
            ResetAfter = Span("30s") } },
    };

    [Fact]
    public void So_many_failures_within_the_window_open_it()
    {
        var world = Running();
        for (var failure = 0; failure < 4; failure++)
            world.Exits("a", 1).Pass("1s");
        world.Forget().Exits("a", 1).Tells("a exit code 1", "a circuit open for 1m after 5: exit code 1", "degraded: a (circuit open)");
        Assert.IsType<ServiceState.Open>(world.StateOf("a"));
        world.Pass("59s").Tells();
        world.Pass("1s").Tells("a trial", "start a", "a ready");
    }

    [Fact]
    public void Failures_that_are_older_than_the_window_do_not_count()
    {
        var backoff = Breaking.Restart.Backoff with { ResetAfter = Span("1h") };
        var world = Running(Breaking with { Restart = Breaking.Restart with { Backoff = backoff } });
        for (var failure = 0; failure < 20; failure++)
            world.Exits("a", 1).Pass("80s").NeverTold("a circuit open for 1m after 5: exit code 1");
    }

    [Fact]
    public void A_run_of_reset_after_makes_the_failures_before_it_forgotten()
    {
        var world = Running();
        for (var failure = 0; failure < 4; failure++)
            world.Exits("a", 1).Pass("1s");
        world.Pass("30s").Exits("a", 1).TellsAmongOthers("a again in 1s: exit code 1");
    }

    [Fact]
    public void To_end_well_is_no_failure_though_it_is_restarted()
    {
        var world = Running(Breaking.Policy(RestartPolicy.Always));
        for (var end = 0; end < 20; end++)
            world.Exits("a", 0).TellsAmongOthers("a exited with 0, again in 1s").Pass("1s");
    }

    [Fact]
    public void A_trial_that_ends_well_closes_it()
    {
        var world = Open(Running(Breaking.Policy(RestartPolicy.Always))).Pass("1m").Forget();
        world.Exits("a", 0).Tells("a exit code 0", "a circuit closed", "a exited with 0, again in 1s", "whole again");
        world.Pass("1s").Exits("a", 1).TellsAmongOthers("a again in 1s: exit code 1");
    }

    [Theory]
    [InlineData("0ms")]
    [InlineData("29s")]
    public void A_trial_that_fails_opens_it_again(string after)
    {
        var world = Opened().Pass("1m").Pass(after);
        world.Forget().Exits("a", 1).Tells("a exit code 1", "a circuit open again for 1m: exit code 1");
        world.Pass("1m").Tells("a trial", "start a", "a ready");
    }

    [Fact]
    public void A_trial_that_cannot_even_be_started_opens_it_again()
    {
        var world = Opened();
        world.Program("a").SpawnFailures.Enqueue(("fork: EAGAIN", 111));
        world.Pass("1m").TellsAmongOthers("a trial", "start a", "a circuit open again for 1m: fork: EAGAIN");
    }

    [Fact]
    public void A_trial_that_lasts_closes_it_and_all_is_forgotten()
    {
        var world = Opened().Pass("1m").Forget();
        world.Pass("30s").Tells("a circuit closed", "whole again");
        for (var failure = 0; failure < 4; failure++)
            world.Exits("a", 1).TellsAmongOthers("a again in 1s: exit code 1").Pass("1s");
        world.Exits("a", 1).TellsAmongOthers("a circuit open for 1m after 5: exit code 1");
    }

    [Fact]
    public void A_trial_that_is_unhealthy_opens_it_again()
    {
        var probed = Breaking.Probed();
        var world = new World(probed with { Probe = probed.Probe! with { Interval = Span("1s"), Retries = 2 } }, Daemon("b"));
        world.Begin();
        Open(world).Pass("1m").Forget();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("10s")
            .TellsAmongOthers("a unhealthy: 2 probes in a row failed; last probe: exit code 1",
            "a circuit open again for 1m: unhealthy: 2 probes in a row failed; last probe: exit code 1");
    }

    [Fact]
    public void A_stop_while_it_is_open_is_done_at_once()
    {
        var world = Opened();
        world.Signal(Signal.Term).TellsAmongOthers("a stopped");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void During_startup_the_number_of_retries_decides_first()
    {
        var world = new World(File(Breaking, Daemon("b")) with { Startup = new StartupSettings { Retries = 2 } });
        world.Program("a").SpawnFailures.Enqueue(("no", 1));
        world.Program("a").SpawnFailures.Enqueue(("no", 1));
        world.Program("a").SpawnFailures.Enqueue(("no", 1));
        world.Begin().Pass("10s").TellsAmongOthers("a failed: no");
    }

    private static World Running() => Running(Breaking);

    private static World Running(ServiceSettings service)
    {
        var world = new World(service);
        world.Begin().Forget();
        return world;
    }

    private static World Opened() => Open(Running());

    private static World Open(World world)
    {
        for (var failure = 0; failure < 4; failure++)
            world.Exits("a", 1).Pass("1s");
        return world.Exits("a", 1).Forget();
    }
}
