using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class EmergencyTests
{
    private static World Stubborn()
    {
        var world = new World(Daemon("a"), Daemon("b").Needs("a"));
        world.Program("a").Ignores(Signal.Term);
        world.Program("b").Ignores(Signal.Term);
        return world.Begin().Forget();
    }

    [Theory]
    [InlineData(15, 15)]
    [InlineData(2, 2)]
    [InlineData(15, 2)]
    [InlineData(37, 15)]
    [InlineData(15, 3)]
    [InlineData(3, 3)]
    [InlineData(3, 15)]
    [InlineData(37, 37)]
    public void A_second_signal_kills_everything_at_once(int first, int second)
    {
        var (one, two) = (Signal.FromNumber(first), Signal.FromNumber(second));
        var world = Stubborn().Signal(one).Forget();
        world.Signal(two);
        world.TellsAmongOthers("SIGKILL group of a", "SIGKILL group of b", "a stopped", "b stopped", "SIGKILL the rest", "exit 0");
        Assert.Equal(TimeSpan.Zero, world.Elapsed);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(37)]
    public void The_first_of_them_asks_everybody(int number) =>
        Stubborn().Signal(Signal.FromNumber(number)).Tells($"shutting down: {Signal.FromNumber(number)}", "SIGTERM b");

    [Fact]
    public void A_signal_that_is_no_stop_signal_of_the_file_stops_nothing_and_cuts_nothing_short()
    {
        var world = new World(File(Daemon("a")) with { Shutdown = new ShutdownSettings { Signals = [Signal.Term, Signal.Winch] } });
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Forget().Signal(Signal.Quit).Signal(Signal.Int)
            .Tells("SIGQUIT ignored, a stop signal?", "SIGINT ignored, a stop signal?");
        world.Signal(Signal.Winch).Tells("shutting down: SIGWINCH", "SIGTERM a");
        world.Signal(Signal.Int).Tells("SIGINT ignored, a stop signal?");
        world.Signal(Signal.Term).TellsAmongOthers("emergency: a second SIGTERM", "SIGKILL group of a", "exit 0");
    }

    [Fact]
    public void The_first_SIGTERM_during_a_shutdown_that_began_by_itself_is_not_a_second()
    {
        var world = new World(Oneshot("a").Required().Policy(RestartPolicy.Never), Daemon("b"));
        world.Program("b").Ignores(Signal.Term);
        world.Begin().Exits("a", 7).Forget();
        world.Signal(Signal.Term).NeverTold("SIGKILL group of b").Forget();
        world.Signal(Signal.Term).TellsAmongOthers("SIGKILL group of b", "exit 7");
    }

    [Fact]
    public void A_third_signal_adds_nothing()
    {
        var world = Stubborn();
        world.Program("a").IgnoresEverything();
        world.Signal(Signal.Term).Signal(Signal.Term).Forget();
        world.Signal(Signal.Term).Signal(Signal.Quit).Tells();
    }

    [Fact]
    public void A_process_beyond_SIGKILL_is_named_and_does_not_hold_the_container()
    {
        var world = Stubborn();
        world.Program("a").IgnoresEverything();
        world.Signal(Signal.Term).Signal(Signal.Quit).Forget().Pass("2s");
        world.TellsAmongOthers("beyond kill: a", "exit 0");
        Assert.Equal(Supervisor.KillPatience, world.Elapsed);
    }

    [Fact]
    public void Orphans_do_not_survive_because_a_service_is_beyond_SIGKILL()
    {
        var world = Stubborn();
        world.Program("a").IgnoresEverything();
        world.HasOrphan();
        world.Signal(Signal.Term).Signal(Signal.Quit).Forget().Pass("2s").TellsAmongOthers("SIGKILL the rest", "exit 0");
    }

    [Fact]
    public void Leftovers_that_were_being_asked_are_killed_and_soon_again()
    {
        var world = new World(Daemon("a").StopTimeout("20s"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").IgnoresEverything();
        world.Begin().Signal(Signal.Term).Exits("a", 0).Forget();
        world.Signal(Signal.Term).Tells("emergency: a second SIGTERM", "SIGKILL group of a");
        world.Pass("1s").Tells("SIGKILL group of a");
    }

    [Fact]
    public void One_that_was_sent_a_kill_signal_of_its_own_is_killed_at_once()
    {
        var world = new World(Daemon("a").StopTimeout("5s") with { KillSignal = Signal.Quit });
        world.Program("a").Ignores(Signal.Term, Signal.Quit);
        world.Begin().Signal(Signal.Term).Pass("5s").Forget();
        world.Signal(Signal.Term).TellsAmongOthers("SIGKILL group of a", "exit 0");
        Assert.Equal(Span("5s"), world.Elapsed);
    }

    [Fact]
    public void A_spawn_that_is_answered_in_the_emergency_is_killed()
    {
        var world = new World(Daemon("a"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Begin().Signal(Signal.Term).Signal(Signal.Quit).Forget();
        world.AnswersSpawn("a").Tells("SIGKILL group of a", "a killed by SIGKILL", "a stopped", "SIGKILL the rest", "exit 0");
    }
}
