using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class StopCommandTests
{
    [Fact]
    public void The_command_comes_before_the_signal()
    {
        var world = Running();
        world.Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "stop command of a", "SIGTERM a", "a killed by SIGTERM", "a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_service_that_ends_by_the_command_gets_no_signal_and_the_command_is_over_with_it()
    {
        var world = Running();
        world.Program("a").StopCommand = ProbeBehaviour.Hangs;
        world.Signal(Signal.Term).Tells("shutting down: SIGTERM", "stop command of a");
        world.Exits("a", 0).TellsAmongOthers("a exit code 0", "kill helper of a", "a stopped").NeverTold("SIGTERM a");
    }

    [Theory]
    [InlineData(true, "exit code 1")]
    [InlineData(false, "not started")]
    public void A_command_that_fails_is_said_and_the_signal_sent(bool starts, string said)
    {
        var world = Running();
        world.Program("a").StopCommand = starts ? ProbeBehaviour.Fails : ProbeBehaviour.CannotStart;
        world.Signal(Signal.Term).TellsAmongOthers("stop command of a", $"a stop command failed: {said}", "SIGTERM a", "a stopped");
    }

    [Fact]
    public void Command_and_signal_share_the_stop_timeout()
    {
        var world = Running();
        world.Program("a").StopCommand = ProbeBehaviour.Hangs;
        world.Program("a").Ignores(Signal.Term);
        world.Signal(Signal.Term).Pass("4s").Forget();
        world.StopCommandEnds("a", 0).Tells("SIGTERM a");
        world.Pass("6s").TellsAmongOthers("SIGKILL group of a");
    }

    [Fact]
    public void After_half_of_the_time_the_signal_is_sent_beside_the_command()
    {
        var world = Running();
        world.Program("a").StopCommand = ProbeBehaviour.Hangs;
        world.Program("a").Ignores(Signal.Term);
        world.Signal(Signal.Term).Forget();
        world.Pass("5s").Tells("a stop command late", "SIGTERM a");
        world.StopCommandEnds("a", 1).Tells();
        world.Pass("5s").TellsAmongOthers("SIGKILL group of a");
    }

    [Fact]
    public void A_command_that_hangs_is_killed_with_its_service()
    {
        var world = Running();
        world.Program("a").StopCommand = ProbeBehaviour.Hangs;
        world.Program("a").Ignores(Signal.Term);
        world.Signal(Signal.Term).Pass("9s").Forget();
        world.Pass("1s").TellsAmongOthers("kill helper of a", "SIGKILL group of a", "a killed by SIGKILL", "a stopped");
    }

    [Fact]
    public void In_an_emergency_no_run_waits_for_its_stop_command()
    {
        var world = Running();
        world.Program("a").StopCommand = ProbeBehaviour.Hangs;
        world.Signal(Signal.Term).Signal(Signal.Term).TellsAmongOthers("kill helper of a", "SIGKILL group of a");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_replacement_for_health_asks_by_the_command_too()
    {
        var probed = Stopped.Probed();
        var world = new World(probed with { Probe = probed.Probe! with { Interval = Span("1s"), Retries = 1 } });
        world.Begin();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("1s").TellsAmongOthers("a unhealthy: 1 probe failed; last probe: exit code 1", "stop command of a", "SIGTERM a");
    }

    private static ServiceSettings Stopped => Daemon("a") with { StopCommand = ["/bin/stop"] };

    private static World Running()
    {
        var world = new World(Stopped);
        world.Begin().Forget();
        return world;
    }
}
