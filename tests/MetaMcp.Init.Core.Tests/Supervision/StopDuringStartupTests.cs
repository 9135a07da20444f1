using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>SIGTERM while a service is in each of the states of a startup.</summary>
public sealed class StopDuringStartupTests
{
    [Fact]
    public void A_service_that_waits_never_starts()
    {
        var world = new World(Oneshot("a"), Daemon("b").Needs("a"));
        world.Begin().Forget().Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "b stopped", "SIGTERM a", "a killed by SIGTERM", "a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_spawn_without_an_answer_yet_is_killed_when_the_answer_comes()
    {
        var world = new World(Daemon("a"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Begin().Forget().Signal(Signal.Term).Tells("shutting down: SIGTERM");
        Assert.IsType<RunState.CancelledSpawn>(world.RunOf("a"));
        world.AnswersSpawn("a").Tells("SIGKILL group of a", "a killed by SIGKILL", "a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_spawn_that_is_refused_after_all_needs_no_stop()
    {
        var world = new World(Daemon("a"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Program("a").SpawnFailures.Enqueue(("no process", 111));
        world.Begin().Forget().Signal(Signal.Term).Forget();
        world.AnswersSpawn("a").Tells("a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void One_in_the_second_stage_is_asked()
    {
        var world = new World(Daemon("a"));
        world.Program("a").HoldsExec = true;
        world.Begin().Forget().Signal(Signal.Term).TellsAmongOthers("SIGTERM a", "a stopped", "exit 0");
    }

    [Fact]
    public void One_that_is_executed_after_it_was_asked_changes_nothing()
    {
        var world = new World(Daemon("a"));
        world.Program("a").HoldsExec = true;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Executes("a").Tells();
        Assert.IsType<RunState.Stopping>(world.RunOf("a"));
    }

    [Fact]
    public void One_that_is_probed_loses_its_probe()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Forget().Signal(Signal.Term).TellsAmongOthers("kill helper of a", "SIGTERM a", "a stopped", "exit 0");
    }

    [Fact]
    public void One_between_two_probes_is_not_probed_again()
    {
        var world = new World(Daemon("a").Probed());
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Pass("5s").Tells();
    }

    [Fact]
    public void One_that_is_being_stopped_for_being_late_stays_stopped()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Pass("5s").Signal(Signal.Term).Forget();
        world.Exits("a", 1).Tells("a exit code 1", "a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void One_in_backoff_stays_down()
    {
        var world = new World(Oneshot("a"));
        world.Begin().Exits("a", 1).Forget().Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void One_that_drains_is_waited_for()
    {
        var world = new World(Oneshot("a"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Exits("a", 0).Forget().Signal(Signal.Term).Tells("shutting down: SIGTERM");
        world.GroupEmpties("a").Tells("a stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_dependency_ready_in_the_same_moment_starts_no_service()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd), Daemon("b").Needs("a"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Forget();
        world.PostTogether(new SystemEvent.SignalArrived(Signal.Term), new SystemEvent.Notified(1)).Tells(
            "shutting down: SIGTERM", "b stopped", "SIGTERM a");
    }

    [Fact]
    public void The_deadline_of_the_startup_means_nothing_any_more()
    {
        var world = new World(Daemon("a").StopTimeout("20s"), Oneshot("b").StopTimeout("20s"));
        world.Program("a").Ignores(Signal.Term);
        world.Program("b").Ignores(Signal.Term);
        world.Begin().Pass("50s").Signal(Signal.Term).Forget().Pass("15s").Tells();
    }
}
