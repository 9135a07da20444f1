using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The container is short of descriptors, memory or processes for a while, which is no service's fault.</summary>
public sealed class ShortageTests
{
    [Fact]
    public void A_start_that_a_shortage_prevents_is_tried_again_and_not_counted()
    {
        var world = new World(File(Daemon("a").Required()) with { Startup = new StartupSettings { Retries = 0 } });
        world.Program("a").Shortages = 6;
        world.Begin().Tells("start a", "a deferred for 100ms, 1: pipe: EMFILE");
        world.Pass("100ms").Tells("start a", "a deferred for 200ms, 2: pipe: EMFILE");
        world.Pass("200ms").Tells("start a");
        world.Pass("400ms").Tells("start a", "a deferred for 800ms, 4: pipe: EMFILE");
        world.Pass("10s").TellsAmongOthers("start a", "a ready", "up");
        Assert.Equal(default, Assert.IsType<ServiceState.Active>(world.StateOf("a")).History);
    }

    [Fact]
    public void A_second_stage_that_had_no_thread_is_a_shortage_too()
    {
        var world = new World(File(Oneshot("a").Required()) with { Startup = new StartupSettings { Retries = 0 } });
        world.Program("a").ShortagesOfStage = 3;
        world.Program("a").ExitsAtOnce = 0;
        world.Begin().Pass("5s")
            .TellsAmongOthers("a deferred for 100ms, 1: no thread", "a deferred for 200ms, 2: no thread", "a completed", "up");
    }

    [Fact]
    public void The_delay_ends_at_five_seconds_and_a_stop_ends_it_at_once()
    {
        var world = new World(Daemon("a"));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("50s").Forget();
        Assert.Equal(
            TimeSpan.FromSeconds(5),
            Assert.IsType<ServiceState.Backoff>(world.StateOf("a")).Until - world.Now is var left && left > TimeSpan.Zero
            ? TimeSpan.FromSeconds(5)
            : left);
        world.Signal(Signal.Term).TellsAmongOthers("a stopped", "exit 0");
    }

    [Fact]
    public void The_startup_ends_without_it_and_it_is_tried_on_and_what_waits_for_it_waits()
    {
        var world = new World(File(
            Daemon("a").Required(), Daemon("b").Needs("a").Required(), Daemon("c") with { After = ["b"] }, Daemon("d")));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Forget().Pass("61s").TellsAmongOthers(
            "startup timed out: a, b, c",
            "degraded: a (the container is short of something: pipe: EMFILE; it is tried on), b (waits for a), c (waits for b)");
        Assert.IsType<Phase.Running>(world.Phase);
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
        world.Pass("1h").NeverTold("a failed").Forget();
        Assert.IsType<ServiceState.Waiting>(world.StateOf("b"));
        world.Program("a").Shortages = 0;
        world.Pass("5s").Tells("start a", "a ready", "start b", "b ready", "start c", "c ready", "whole again");
        Assert.Equal((true, null, false), (world.RecordOf("a").HasSettled, world.RecordOf("a").Shortage, world.RecordOf("a").IsHeldUp));
    }

    [Fact]
    public void One_that_fails_when_there_is_room_again_is_to_blame_again()
    {
        var world = new World(File(Daemon("a").Required().Policy(RestartPolicy.Never), Daemon("b").Needs("a")));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("61s").Forget();
        world.Program("a").Shortages = 0;
        world.Program("a").ExitsAtOnce = 7;
        world.Program("a").HoldsExec = true;
        world.Pass("5s").TellsAmongOthers("a failed: exit code 7", "exit 7");
    }

    [Fact]
    public void A_service_that_is_late_for_a_reason_of_its_own_is_given_up_beside_one_that_a_shortage_holds_up()
    {
        var world = new World(File(Daemon("a"), Daemon("late").ReadyBy(ReadyRule.NotifyFd) with { StartTimeout = Span("1h") }));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("61s").TellsAmongOthers("startup timed out: a, late", "SIGTERM late");
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
        Assert.IsType<ServiceState.Failed>(world.StateOf("late"));
    }

    [Fact]
    public void A_shortage_before_the_failures_that_the_startup_ended_with_excuses_none_of_them()
    {
        var restart = new RestartSettings { Backoff = new BackoffSettings { Initial = Span("50s"), Max = Span("50s") } };
        var world = new World(File(Daemon("a").Required() with { Restart = restart }));
        world.Program("a").Shortages = 3;
        world.Program("a").SpawnFailures.Enqueue(new("no such file", 127));
        world.Program("a").SpawnFailures.Enqueue(new("no such file", 127));
        world.Begin().Pass("61s").TellsAmongOthers("startup timed out: a", "exit 1");
    }

    [Fact]
    public void Shortages_of_a_service_that_crashed_change_nothing_of_its_back_off()
    {
        var world = new World(Daemon("a"));
        world.Begin().Exits("a", 3).Forget();
        world.Program("a").Shortages = 3;
        world.Pass("10s").Exits("a", 3).TellsAmongOthers("a again in 2s: exit code 3");
    }
}
