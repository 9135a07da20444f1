using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class SignalTests
{
    private static readonly Signal Usr2 = Signal.FromNumber(12);

    [Fact]
    public void A_signal_of_the_file_goes_to_its_service_alone()
    {
        var world = Running();
        world.Program("a").Ignores(Usr2);
        world.Signal(Usr2).Tells("SIGUSR2 goes to a", "SIGUSR2 a");
        world.Signal(Signal.FromNumber(21)).Tells("SIGTTIN ignored, a stop signal?");
    }

    [Fact]
    public void Where_the_service_does_not_run_it_is_dropped_and_said()
    {
        var world = Running();
        world.Exits("a", 1).Forget();
        world.Signal(Usr2).Tells("SIGUSR2 goes nowhere");
    }

    [Fact]
    public void The_second_stage_gets_none()
    {
        var world = new World(File(Daemon("a")) with { Signals = [new ForwardedSignal(Usr2, "a")] });
        world.Program("a").HoldsExec = true;
        world.Program("a").Ignores(Usr2);
        world.Begin().Forget();
        world.Signal(Usr2).Tells("SIGUSR2 goes nowhere");
        world.Executes("a").Forget().Signal(Usr2).Tells("SIGUSR2 goes to a", "SIGUSR2 a");
    }

    [Fact]
    public void SIGUSR1_has_the_whole_and_every_service_told()
    {
        var world = Running();
        world.Exits("a", 3).Pass("1s").Forget();
        world.Pass("10s").Signal(Signal.Usr1)
            .Tells("status of all: 2 of 2", "status of a: Ready, 2 starts, last exit code 3", "status of b: Ready, 1 starts");
    }

    [Fact]
    public void Probes_of_ready_runs_are_counted_and_timed()
    {
        var probed = Daemon("a").Probed();
        var world = new World(probed with { Probe = probed.Probe! with { Interval = Span("1s"), Timeout = Span("1s"), Retries = 100 } });
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Begin().Pass("1s");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("10s");
        var before = world.RecordOf("a").Probes;
        Assert.Equal((0, TimeSpan.Zero), (before.Failures, before.Worst));
        Assert.InRange(before.Checks, 7, 10);
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Pass("4500ms");
        var after = world.RecordOf("a").Probes;
        Assert.InRange(after.Failures, 1, 2);
        Assert.Equal((Span("2s"), Span("2s")), (after.Worst, after.Last));
        Assert.Equal(after.Total / after.Checks, after.Average);
    }

    [Fact]
    public void A_record_knows_since_when_and_how_the_last_run_ended()
    {
        var world = Running();
        world.Pass("5s").Exits("a", 3);
        Assert.Equal(
            (1, ExitStatus.Exited(3), world.Now),
            (world.RecordOf("a").Starts, world.RecordOf("a").LastExit, world.RecordOf("a").ChangedAt));
    }

    [Fact]
    public void SIGHUP_and_SIGUSR1_stop_where_the_file_says_so()
    {
        foreach (var signal in new[] { Signal.Hup, Signal.Usr1 })
        {
            var world = new World(File(Daemon("a")) with { Shutdown = new ShutdownSettings { Signals = [Signal.Term, signal] } });
            world.Begin().Forget().Signal(signal).TellsAmongOthers($"shutting down: {signal}", "SIGTERM a", "exit 0");
        }
    }

    [Fact]
    public void A_SIGWINCH_that_a_process_sends_is_reported_once_and_one_of_a_terminal_never()
    {
        var world = Running();
        var resize = new SystemEvent.SignalArrived(Signal.Winch, IsOfKernel: true);
        world.Post(resize).Post(resize).Tells();
        world.Signal(Signal.Winch).Signal(Signal.Winch).Post(resize).Tells("SIGWINCH ignored, a stop signal?");
        world.Signal(Signal.Cont).Signal(Signal.Urg).Tells();
    }

    [Fact]
    public void A_terminal_that_has_another_size_stops_nothing()
    {
        var world = new World(File(Daemon("a")) with { Shutdown = new ShutdownSettings { Signals = [Signal.Term, Signal.Winch] } });
        world.Begin().Forget().Post(new SystemEvent.SignalArrived(Signal.Winch, IsOfKernel: true)).Tells();
        world.Signal(Signal.Winch).TellsAmongOthers("shutting down: SIGWINCH", "exit 0");
    }

    [Fact]
    public void A_resize_is_passed_on_to_the_service_that_the_file_names()
    {
        var world = new World(File(Daemon("a")) with { Signals = [new ForwardedSignal(Signal.Winch, "a")] });
        world.Program("a").Ignores(Signal.Winch);
        world.Begin().Forget().Post(new SystemEvent.SignalArrived(Signal.Winch, IsOfKernel: true))
            .Tells("SIGWINCH goes to a", "SIGWINCH a");
    }

    [Fact]
    public void A_reload_changes_what_stops()
    {
        var world = Running();
        world.Reloads(File(Daemon("a"), Daemon("b")) with { Shutdown = new ShutdownSettings { Signals = [Usr2] } }).Forget();
        world.Signal(Signal.Term).Tells("SIGTERM ignored, a stop signal?");
        world.Signal(Usr2).TellsAmongOthers("shutting down: SIGUSR2", "exit 0");
    }

    private static World Running()
    {
        var world = new World(File(Daemon("a"), Daemon("b")) with { Signals = [new ForwardedSignal(Usr2, "a")] });
        world.Begin().Forget();
        return world;
    }
}
