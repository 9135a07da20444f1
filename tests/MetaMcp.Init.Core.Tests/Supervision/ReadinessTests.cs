using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class ReadinessTests
{
    [Fact]
    public void Started_means_that_the_program_was_executed()
    {
        var world = new World(Daemon("a"));
        world.Program("a").HoldsExec = true;
        world.Begin().Tells("start a");
        world.Executes("a").Tells("a ready", "up");
    }

    [Theory]
    [InlineData(ReadyRule.NotifyFd)]
    [InlineData(ReadyRule.SdNotify)]
    public void A_word_makes_it_ready(ReadyRule rule)
    {
        var world = new World(Daemon("a").ReadyBy(rule));
        world.Begin().Tells("start a");
        world.Notifies("a").Tells("a ready", "up");
        world.Notifies("a").Tells();
    }

    [Fact]
    public void A_word_read_before_the_news_of_the_execution_counts()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.SdNotify));
        world.Program("a").HoldsExec = true;
        world.Begin().Notifies("a").Tells("start a", "a ready", "up");
        world.Executes("a").Tells();
    }

    [Fact]
    public void A_notification_that_is_not_awaited_means_nothing()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Notifies("a").Tells("start a", "probe a");
    }

    [Fact]
    public void A_word_while_stopping_comes_too_late()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Pass("5s").Notifies("a").Tells("start a", "SIGTERM a");
    }

    [Fact]
    public void Probes_come_at_once_and_then_more_slowly()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Begin();
        var times = new List<double>();
        while (times.Count < 8)
        {
            times.Add(world.Elapsed.TotalMilliseconds);
            var due = Assert.IsType<Readiness.ProbeDue>(Assert.IsType<RunState.Starting>(world.RunOf("a")).Readiness).At;
            world.Pass(Duration.Format(due - world.Now));
        }
        Assert.Equal([0, 100, 300, 700, 1500, 2500, 3500, 4500], times);
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("1s").TellsAmongOthers("probe a", "probe a", "a ready", "up");
    }

    [Fact]
    public void A_probe_that_hangs_is_killed_a_second_after_its_timeout_and_another_tried()
    {
        var world = new World(Daemon("a").Probed("2s"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Pass("2900ms").Tells("start a", "probe a");
        world.Pass("100ms").Tells("kill helper of a");
        world.Pass("100ms").Tells("probe a");
    }

    [Fact]
    public void A_probe_that_survives_its_kill_does_not_wake_PID_1()
    {
        var world = new World(
            File(Daemon("a").Probed("2s").StartTimeout("1h")) with { Startup = new StartupSettings { Timeout = Span("2h") } });
        world.Begin();
        var context = new RunContext(Daemon("a").Probed("2s"), NextRun: 2, Jitter: 0.5, IsEnding: false);
        var state = new RunState.Starting(new Run(1, 7, default), Instant.Never, new Readiness.ProbeRunning(8, new Instant(5), 0));
        var step = RunMachine.Step(context, state, new RunEvent.DeadlinePassed(), new Instant(5));
        Assert.Equal(Instant.Never, step.State.Due);
        Assert.Equal([new Effect.KillHelper(1, 8)], step.Effects);
    }

    [Fact]
    public void A_probe_that_cannot_be_started_is_tried_again()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.CannotStart;
        world.Begin().Tells("start a", "probe a");
        world.Program("a").Probe = ProbeBehaviour.Succeeds;
        world.Pass("100ms").Tells("probe a", "a ready", "up");
    }

    [Fact]
    public void A_probe_is_never_begun_before_the_one_before_has_ended()
    {
        var world = new World(Daemon("a").Probed("5s"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Pass("5s").Tells("start a", "probe a");
    }

    [Fact]
    public void The_probe_goes_with_its_service_when_that_is_late()
    {
        var world = new World(Daemon("a").Probed("10s").StartTimeout("5s"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Pass("5s").Tells(
            "start a", "probe a", "kill helper of a", "SIGTERM a", "a killed by SIGTERM",
                "a again in 1s: not ready within 5s; its first probe has no answer yet");
    }

    [Fact]
    public void A_probe_whose_answer_comes_after_its_service_was_stopped_is_killed()
    {
        var world = new World(Daemon("a").Probed(), Daemon("b"));
        world.Program("a").HoldsExec = true;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget();
        // The probe was requested before the stop, and the answer comes now.
        world.Post(new SystemEvent.ProbeSpawned(1, 900)).Tells("kill helper of a");
        world.Post(new SystemEvent.ChildEnded(900, ExitStatus.Exited(0), null, OthersLeft: false)).Tells();
        Assert.IsType<RunState.Stopping>(world.RunOf("a"));
    }

    [Fact]
    public void A_probe_whose_answer_comes_after_its_service_ended_is_killed()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Exits("a", 1).Forget();
        world.Post(new SystemEvent.ProbeSpawned(1, 900)).Tells("kill helper of a");
        world.Post(new SystemEvent.ProbeSpawnFailed(1)).Tells();
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
    }

    [Fact]
    public void The_result_of_a_probe_of_an_earlier_run_says_nothing_of_this_one()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin();
        world.Post(new SystemEvent.ProbeSpawned(1, 900)).Exits("a", 1).Pass("1s").Forget();
        world.Post(new SystemEvent.ChildEnded(900, ExitStatus.Exited(0), null, OthersLeft: false)).Tells();
        Assert.IsType<RunState.Starting>(world.RunOf("a"));
    }
}
