using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>When the container ends, and with which exit code.</summary>
public sealed class ExitTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(37)]
    public void A_requested_stop_is_0(int signal)
    {
        var world = new World(Daemon("a").Required());
        world.Begin().Signal(Signal.FromNumber(signal));
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_requested_stop_is_0_also_where_something_had_to_be_killed()
    {
        var world = new World(Daemon("a").Required());
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Pass("10s").TellsAmongOthers("SIGTERM a", "SIGKILL group of a", "exit 0");
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(0, 1)]
    public void A_required_daemon_that_ends_for_good_gives_its_code_and_1_for_0(int code, int exit)
    {
        var world = new World(Daemon("a").Required().Policy(RestartPolicy.Never), Daemon("b"));
        world.Begin().Forget().Exits("a", code);
        Assert.Equal(exit, world.ExitCode);
        world.TellsAmongOthers("shutting down: required service a is gone", "SIGTERM b", "b stopped", "SIGTERM the rest", $"exit {exit}");
    }

    [Fact]
    public void A_required_daemon_killed_by_a_signal_gives_128_and_the_signal()
    {
        var world = new World(Daemon("a").Required().Policy(RestartPolicy.Never));
        world.Begin().IsKilledBy("a", Signal.FromNumber(11));
        Assert.Equal(139, world.ExitCode);
    }

    [Fact]
    public void A_required_oneshot_that_fails_ends_it_and_one_that_succeeds_does_not()
    {
        var world = new World(Oneshot("a").Required().Policy(RestartPolicy.Never), Oneshot("b").Required(), Daemon("c"));
        world.Begin().Exits("b", 0);
        Assert.Null(world.ExitCode);
        world.Exits("a", 9);
        Assert.Equal(9, world.ExitCode);
    }

    [Fact]
    public void A_required_service_skipped_gives_the_code_of_the_root_of_the_trouble()
    {
        var world = new World(Oneshot("a").Policy(RestartPolicy.Never), Daemon("b").Needs("a"), Daemon("c").Needs("b").Required());
        world.Begin().Exits("a", 42).TellsAmongOthers("c skipped: b", "shutting down: required service c is gone", "exit 42");
    }

    [Fact]
    public void A_required_service_that_may_be_tried_again_ends_nothing()
    {
        var world = new World(Daemon("a").Required());
        world.Begin().Exits("a", 1).Pass("1s");
        Assert.Null(world.ExitCode);
        Assert.True(world.Runs("a"));
    }

    [Fact]
    public void Two_required_failures_give_the_code_of_the_first()
    {
        var world = new World(Daemon("a").Required().Policy(RestartPolicy.Never), Daemon("b").Required().Policy(RestartPolicy.Never));
        world.Program("b").CodeWhenStopped = 8;
        world.Begin().Exits("a", 7);
        Assert.Equal(7, world.ExitCode);
    }

    [Fact]
    public void An_optional_service_that_fails_ends_nothing_while_others_run()
    {
        var world = new World(Daemon("a").Policy(RestartPolicy.Never), Daemon("b"));
        world.Begin().Exits("a", 1);
        Assert.Null(world.ExitCode);
    }

    [Fact]
    public void Nothing_left_to_run_is_0_where_all_went_well()
    {
        var world = new World(Oneshot("a"), Oneshot("b").Needs("a"));
        world.Begin().Exits("a", 0).Exits("b", 0).TellsAmongOthers("up", "shutting down: nothing is left to run", "exit 0");
    }

    [Fact]
    public void Nothing_left_to_run_is_the_code_of_what_failed()
    {
        var world = new World(Oneshot("a"), Oneshot("b").Policy(RestartPolicy.Never));
        world.Begin().Exits("a", 0).Exits("b", 4);
        Assert.Equal(4, world.ExitCode);
    }

    [Fact]
    public void Nothing_to_run_at_all_ends_at_once()
    {
        var world = new World();
        world.Begin().Tells("up", "shutting down: nothing is left to run", "SIGTERM the rest", "exit 0");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    public void Any_exits_ends_it_with_the_first_daemon_that_ends_for_good(int code, int exit)
    {
        var world = new World(File(Daemon("a").Policy(RestartPolicy.Never), Daemon("b"), Oneshot("c")) with
        {
            Init = new InitSettings { ExitWhen = ExitRule.AnyExits },
        });
        world.Begin().Exits("c", 0);
        Assert.Null(world.ExitCode);
        world.Exits("a", code);
        Assert.Equal(exit, world.ExitCode);
    }

    [Fact]
    public void Any_exits_lets_a_oneshot_fail_and_a_daemon_restart()
    {
        var world = new World(File(Daemon("a"), Oneshot("c").Policy(RestartPolicy.Never)) with
        {
            Init = new InitSettings { ExitWhen = ExitRule.AnyExits },
        });
        world.Begin().Exits("c", 1).Exits("a", 1).Pass("1s");
        Assert.Null(world.ExitCode);
    }

    [Fact]
    public void All_exit_waits_for_the_last_although_a_required_one_ended()
    {
        var world = new World(File(Daemon("a").Required().Policy(RestartPolicy.Never), Daemon("b").Policy(RestartPolicy.Never)) with
        {
            Init = new InitSettings { ExitWhen = ExitRule.AllExit },
        });
        world.Begin().Exits("a", 3);
        Assert.Null(world.ExitCode);
        world.Exits("b", 0);
        Assert.Equal(3, world.ExitCode);
    }

    [Fact]
    public void All_exit_does_not_excuse_a_required_service_from_starting()
    {
        var world = new World(File(Oneshot("a").Required().Policy(RestartPolicy.Never), Daemon("b")) with
        {
            Init = new InitSettings { ExitWhen = ExitRule.AllExit },
        });
        world.Begin().Exits("a", 3);
        Assert.Equal(3, world.ExitCode);
    }

    [Theory]
    [InlineData(14)]
    [InlineData(12)]
    public void Other_signals_are_said_and_ignored(int number)
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget().Signal(Signal.FromNumber(number)).Tells($"{Signal.FromNumber(number)} ignored, a stop signal?");
    }

    [Theory]
    [InlineData(18)]
    [InlineData(23)]
    public void Signals_that_do_nothing_anywhere_are_not_worth_a_word(int number)
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget().Signal(Signal.FromNumber(number)).Tells();
    }
}
