using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class DegradedTests
{
    private static readonly RestartSettings Brittle =
        Make.Restart with { Breaker = new BreakerSettings { Failures = 1, OpenFor = Span("1m") } };

    [Fact]
    public void An_open_circuit_is_missing_until_its_trial_is_ready()
    {
        var world = Running(Daemon("a").Probed() with { Restart = Brittle });
        world.Exits("a", 1).TellsAmongOthers("degraded: a (circuit open)");
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("1m").TellsAmongOthers("a trial", "start a");
        world.Signal(Signal.Usr1).TellsAmongOthers("status of all: 2 of 2, without a (circuit half-open)");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("1s").Tells("probe a", "a ready");
        world.Pass("59s").TellsAmongOthers("a circuit closed", "whole again");
    }

    [Fact]
    public void A_further_service_that_is_missing_is_reported_too()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Daemon("c").Policy(RestartPolicy.Never));
        world.Exits("a", 3).TellsAmongOthers("degraded: a (exit code 3)");
        world.Exits("c", 4).TellsAmongOthers("degraded: a (exit code 3), c (exit code 4)");
    }

    [Fact]
    public void A_service_that_fails_for_good_is_missing_and_so_are_its_dependents()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Oneshot("c").Needs("a"));
        world.Program("c").LeavesBehind = false;
        world.Exits("c", 1).Exits("a", 3).TellsAmongOthers("c again in 1s: exit code 1", "a failed: exit code 3");
        world.Pass("1s").Tells("c skipped: a", "degraded without a, c");
        world.Signal(Signal.Usr1).TellsAmongOthers("status of all: 1 of 3, without a (exit code 3), c (needs a)");
    }

    [Fact]
    public void Crashes_that_are_backed_off_do_not_degrade()
    {
        var world = Running(Daemon("a"));
        world.Exits("a", 1).Pass("1s").Tells("a exit code 1", "a again in 1s: exit code 1", "start a", "a ready");
    }

    private static World Running(params ServiceSettings[] services)
    {
        var world = new World([.. services, Daemon("b")]);
        world.Begin().Forget();
        return world;
    }
}
