using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The container is short of descriptors, memory or processes for a while, which is no fault of any service.</summary>
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
        Assert.Equal(default, Assert.IsType<ServiceState.Ready>(world.StateOf("a")).History);
    }

    [Fact]
    public void So_is_one_whose_second_stage_had_no_thread()
    {
        var world = new World(File(Oneshot("a").Required()) with { Startup = new StartupSettings { Retries = 0 } });
        world.Program("a").ShortagesOfStage = 3;
        world.Program("a").ExitsAtOnce = 0;
        world.Begin().Pass("5s").TellsAmongOthers("a deferred for 100ms, 1: no thread", "a deferred for 200ms, 2: no thread", "a completed", "up");
    }

    [Fact]
    public void The_delay_ends_at_five_seconds_and_a_stop_ends_it_at_once()
    {
        var world = new World(Daemon("a"));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("50s").Forget();
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.IsType<ServiceState.Backoff>(world.StateOf("a")).Until - world.Now is var left && left > TimeSpan.Zero ? TimeSpan.FromSeconds(5) : left);
        world.Signal(Signal.Term).TellsAmongOthers("a stopped", "exit 0");
    }

    [Fact]
    public void The_startup_phase_still_has_an_end()
    {
        var world = new World(File(Daemon("a").Required()));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("61s").TellsAmongOthers("exit 1");
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
