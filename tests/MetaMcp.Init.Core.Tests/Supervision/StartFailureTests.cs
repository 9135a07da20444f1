using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class StartFailureTests
{
    [Fact]
    public void A_failed_start_is_tried_again_as_often_as_the_phase_allows()
    {
        var world = new World(Oneshot("a"));
        world.Program("a").ExitsAtOnce = 5;
        world.Begin().Tells("start a", "a exit code 5", "a again in 1s: exit code 5");
        world.Pass("1s").Tells("start a", "a exit code 5", "a again in 2s: exit code 5");
        world.Pass("2s").TellsAmongOthers("start a", "a exit code 5", "a failed: exit code 5", "degraded without a");
    }

    [Fact]
    public void No_retries_means_one_attempt()
    {
        var world = new World(File(Oneshot("a"), Daemon("b")) with { Startup = new StartupSettings { Retries = 0 } });
        world.Begin().Exits("a", 5).TellsAmongOthers("a exit code 5", "a failed: exit code 5", "degraded without a");
    }

    [Fact]
    public void Once_the_phase_is_over_there_is_no_end_of_tries()
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget();
        for (var i = 0; i < 50; i++)
            world.Exits("a", 1).Pass("30s");
        Assert.IsType<RunState.Ready>(world.RunOf("a"));
    }

    [Fact]
    public void A_process_that_is_refused_counts_as_a_failed_start()
    {
        var world = new World(Daemon("a"));
        world.Program("a").SpawnFailures.Enqueue(("spawn: Resource temporarily unavailable (EAGAIN)", 111));
        world.Begin().Tells("start a", "a again in 1s: spawn: Resource temporarily unavailable (EAGAIN)");
        world.Pass("1s").Tells("start a", "a ready", "up");
    }

    [Fact]
    public void A_command_that_is_not_there_fails_with_127()
    {
        var world = new World(File(Daemon("a").Required()) with { Startup = new StartupSettings { Retries = 0 } });
        world.Program("a").SpawnFailures.Enqueue(("/bin/a: No such file or directory (ENOENT)", 127));
        world.Begin().TellsAmongOthers("a failed: /bin/a: No such file or directory (ENOENT)", "exit 127");
    }

    [Fact]
    public void The_message_of_the_second_stage_is_the_reason()
    {
        var world = new World(Daemon("a").Policy(RestartPolicy.Never), Daemon("b"));
        world.Program("a").Problem = ("setgroups: Operation not permitted (EPERM)", 111);
        world.Begin().Tells(
            "start a", "start b", "a exit code 111", "a failed: setgroups: Operation not permitted (EPERM)", "b ready",
                "degraded without a");
        Assert.Equal(111, Assert.IsType<ServiceState.Failed>(world.StateOf("a")).Failure.ExitCode);
    }

    [Fact]
    public void A_daemon_that_ends_well_before_it_is_ready_has_failed()
    {
        var world = new World(Daemon("a").Probed().Policy(RestartPolicy.Never), Daemon("b"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Exits("a", 0).TellsAmongOthers(
            "a exit code 0", "kill helper of a", "a failed: exit code 0 before it was ready", "degraded without a");
    }

    [Fact]
    public void One_that_is_not_ready_in_time_is_stopped_and_tried_again()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"));
        world.Begin().Pass("5s").Tells("start a", "SIGTERM a", "a killed by SIGTERM", "a again in 1s: not ready within 5s");
        world.Pass("1s").Notifies("a").Tells("start a", "a ready", "up");
    }

    [Fact]
    public void Being_late_counts_once_per_attempt()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"));
        world.Begin().Pass("5s").Pass("6s").Pass("7s").TellsAmongOthers(
            "a again in 1s: not ready within 5s", "a again in 2s: not ready within 5s", "a failed: not ready within 5s");
    }

    [Fact]
    public void A_oneshot_that_takes_too_long_says_finished_and_not_ready()
    {
        var world = new World(Oneshot("a").StartTimeout("5s").Policy(RestartPolicy.Never), Daemon("b"));
        world.Begin().Forget().Pass("5s").Tells(
            "SIGTERM a", "a killed by SIGTERM", "a failed: not finished within 5s", "degraded without a");
    }

    [Fact]
    public void A_late_one_that_ends_well_when_asked_is_late_all_the_same()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"));
        world.Program("a").CodeWhenStopped = 0;
        world.Begin().Forget().Pass("5s").Tells("SIGTERM a", "a exit code 0", "a again in 1s: not ready within 5s");
    }

    [Fact]
    public void One_that_hangs_before_it_is_executed_is_late_too()
    {
        var world = new World(Daemon("a").StartTimeout("5s"));
        world.Program("a").HoldsExec = true;
        world.Begin().Pass("4s").Tells("start a");
        world.Pass("1s").Tells("SIGTERM a", "a killed by SIGTERM", "a again in 1s: not ready within 5s");
    }

    [Fact]
    public void When_the_phase_ends_those_not_up_are_given_up_and_the_rest_goes_on()
    {
        var world = new World(
            Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5m"), Daemon("b"), Daemon("c").Needs("a"), Daemon("d").ComesAfter("c"));
        world.Begin().Pass("60s").Tells(
            "start a", "start b", "b ready", "startup timed out: a, c, d",
            "c failed: not up within the startup phase's 1m", "d failed: not up within the startup phase's 1m",
            "SIGTERM a", "degraded: c (not up within the startup phase's 1m), d (not up within the startup phase's 1m)",
            "a killed by SIGTERM", "a failed: not up within the startup phase's 1m",
            "degraded: a (not up within the startup phase's 1m), c (not up within the startup phase's 1m), d (not up within the startup " +
            "phase's 1m)");
        Assert.IsType<Phase.Running>(world.Phase);
        Assert.True(world.Runs("b"));
        Assert.True(world.Pass("10s").Sleeps);
    }

    [Fact]
    public void Services_that_crash_after_they_were_ready_hold_the_startup_back_no_longer()
    {
        var world = new World(Daemon("a"), Daemon("b"), Daemon("c").ReadyBy(ReadyRule.NotifyFd));
        world.Begin().Exits("a", 1).Pass("1s").Exits("b", 1).Forget();
        world.Notifies("c").Tells("c ready", "up");
    }

    [Fact]
    public void When_the_phase_ends_one_in_backoff_is_given_up_too()
    {
        var world = new World(
            Oneshot("a").Backoff(new BackoffSettings { Initial = Span("2m"), Max = Span("2m"), Jitter = 0 }), Daemon("b"));
        world.Begin().Exits("a", 1).Forget().Pass("60s").Tells(
            "startup timed out: a", "a failed: not up within the startup phase's 1m", "degraded: a (not up within the startup phase's 1m)");
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void When_the_phase_ends_with_a_spawn_unanswered_the_process_is_killed_when_it_comes()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Begin().Pass("60s").Forget();
        world.AnswersSpawn("a").Tells(
            "SIGKILL group of a", "a killed by SIGKILL", "a failed: not up within the startup phase's 1m",
            "degraded: a (not up within the startup phase's 1m)");
    }

    [Theory]
    [InlineData(ExitRule.RequiredFails)]
    [InlineData(ExitRule.AnyExits)]
    [InlineData(ExitRule.AllExit)]
    public void A_required_service_that_is_not_up_when_the_phase_ends_ends_everything(ExitRule rule)
    {
        var world = new World(File(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5m").Required(), Daemon("b")) with
        {
            Init = new InitSettings { ExitWhen = rule },
        });
        world.Begin().Pass("60s").TellsAmongOthers("startup timed out: a", "SIGTERM a", "a killed by SIGTERM", "exit 1");
        Assert.Equal(Span("60s"), world.Elapsed);
    }

    [Fact]
    public void A_oneshot_that_succeeded_is_not_given_up_for_what_it_left_behind()
    {
        var world = new World(Oneshot("a").StopTimeout("50s"), Daemon("b"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Pass("30s").Exits("a", 0).Tells("start a", "start b", "b ready", "a exit code 0", "SIGTERM group of a");
        world.Pass("30s").GroupEmpties("a").Tells("startup timed out: a", "a completed");
        Assert.IsType<ServiceState.Completed>(world.StateOf("a"));
    }
}
