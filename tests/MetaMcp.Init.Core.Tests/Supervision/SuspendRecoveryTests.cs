using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Watchdogs after a time in which PID 1, and mostly every service too, stood still.</summary>
public sealed class SuspendRecoveryTests
{
    private const string Unhealthy = "a unhealthy: no WATCHDOG=1 for 10s";

    private static ServiceSettings Watched(string name) =>
        Daemon(name) with { Ready = ReadyRule.SdNotify, StartTimeout = Span("10s"), Watchdog = Span("10s") };

    private static World Begun(params ServiceSettings[] services)
    {
        var world = new World(services).Begin();
        foreach (var service in services)
            world.Says(service.Name, "READY=1");
        return world.Forget();
    }

    [Theory]
    [InlineData("8s")]
    [InlineData("1h")]
    public void A_service_has_what_was_left_of_its_time_when_all_stood_still(string time)
    {
        var world = Begun(Watched("a")).Pass("4s").Says("a", "STATUS=here").StandsStill(time);
        world.Pass("5900ms").Tells();
        world.Pass("200ms").TellsAmongOthers(Unhealthy, "SIGTERM a");
    }

    [Fact]
    public void A_service_that_has_hung_since_is_unhealthy_after_its_time_and_not_after_that_of_the_standstill()
    {
        var world = Begun(Watched("a")).StandsStill("1h");
        world.Pass("9900ms").Tells();
        world.Pass("200ms").TellsAmongOthers(Unhealthy, "SIGTERM a");
    }

    [Fact]
    public void A_message_that_waited_counts_from_when_it_is_read()
    {
        var world = Begun(Watched("a")).Pass("4s").StandsStill("1h");
        world.Says("a", "WATCHDOG=1").Pass("9900ms").Tells();
        world.Pass("200ms").TellsAmongOthers(Unhealthy);
    }

    [Fact]
    public void Each_service_has_its_own_time_back_whichever_was_due_first()
    {
        var world = Begun(Watched("a"), Watched("b") with { Watchdog = Span("30s") }).StandsStill("1h");
        world.Pass("10s").TellsAmongOthers(Unhealthy, "SIGTERM a");
        world.Pass("19s").NeverTold("b unhealthy: no WATCHDOG=1 for 30s");
        world.Pass("2s").TellsAmongOthers("b unhealthy: no WATCHDOG=1 for 30s", "SIGTERM b");
    }

    [Fact]
    public void A_machine_that_is_only_busy_gives_no_time()
    {
        var world = Begun(Watched("a")).StandsStill("10900ms");
        world.Pass("0s").TellsAmongOthers(Unhealthy, "SIGTERM a");
    }

    [Fact]
    public void A_watchdog_that_was_put_away_does_not_come_back()
    {
        var world = Begun(Watched("a"), Watched("b"));
        world.Says("a", "WATCHDOG_USEC=0").StandsStill("1h").Says("b", "WATCHDOG_USEC=0").Pass("1h").Tells();
        Assert.True(world.Sleeps);
    }

    /// <summary>At whichever point memory runs out while the time is given back, each service gets it once.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Time_is_given_once_where_memory_ends_meanwhile(int allocation)
    {
        var world = Begun(Watched("a"), Watched("b")).StandsStill("1h");
        var left = allocation;
        world.Supervisor.Allocates = () =>
        {
            if (--left == 0)
                throw MemoryEnds.Here;
        };
        Assert.Throws<OutOfMemoryException>(() => world.Supervisor.Handle(SystemEvent.TimePassed.Instance, world.Now));
        world.Supervisor.Allocates = null;
        world.Pass("9s").Tells();
        world.Pass("2s").Told(Unhealthy).Told("b unhealthy: no WATCHDOG=1 for 10s");
    }
}
