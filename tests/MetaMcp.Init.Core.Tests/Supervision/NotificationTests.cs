using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The messages of a service to its NOTIFY_SOCKET (<c>man 3 sd_notify</c>).</summary>
public sealed class NotificationTests
{
    private static ServiceSettings Notifying(string name) => Daemon(name) with { Ready = ReadyRule.SdNotify, StartTimeout = Span("10s") };

    [Fact]
    public void Ready_makes_ready_once()
    {
        var world = new World(Notifying("a"));
        world.Begin().Forget();
        world.Says("a", "STATUS=nearly").Tells();
        world.Says("a", "READY=1").Tells("a ready", "up");
        world.Says("a", "READY=1").Tells();
    }

    [Fact]
    public void Ready_of_a_service_that_is_ready_otherwise_changes_nothing()
    {
        var world = new World(Daemon("a") with { Watchdog = Span("1m"), Ready = ReadyRule.NotifyFd });
        world.Begin().Forget();
        world.Says("a", "READY=1");
        Assert.IsType<RunState.Starting>(world.RunOf("a"));
    }

    [Fact]
    public void An_extension_puts_off_the_end_of_a_start_and_never_shortens_it()
    {
        var world = new World(Notifying("a"));
        world.Begin().Pass("8s").Forget();
        world.Says("a", "EXTEND_TIMEOUT_USEC=1000").Pass("1s").Tells();
        world.Says("a", "EXTEND_TIMEOUT_USEC=5000000").Pass("4s").Tells();
        world.Says("a", "EXTEND_TIMEOUT_USEC=5000000").Pass("4s").Tells();
        world.Pass("2s").TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void An_extension_puts_off_the_end_of_a_stop_within_the_phase()
    {
        var world = new World(Daemon("a") with { Ready = ReadyRule.SdNotify, StopTimeout = Span("5s") });
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Says("a", "READY=1").Signal(Signal.Term).Pass("4s").Forget();
        world.Says("a", "EXTEND_TIMEOUT_USEC=6000000").Pass("5s").Tells();
        world.Pass("2s").TellsAmongOthers("SIGKILL group of a", "exit 0");
    }

    [Fact]
    public void A_watchdog_wants_to_be_fed()
    {
        var world = new World(Notifying("a") with { Watchdog = Span("10s") });
        world.Begin().Pass("9s").Says("a", "READY=1").Forget();
        for (var i = 0; i < 5; i++)
            world.Pass("9s").Says("a", "WATCHDOG=1").Tells();
        world.Pass("10s").TellsAmongOthers("a unhealthy: no WATCHDOG=1 for 10s", "SIGTERM a");
    }

    [Fact]
    public void It_can_be_triggered_changed_and_put_away()
    {
        var world = new World(Notifying("a") with { Watchdog = Span("10s") });
        world.Begin().Says("a", "READY=1").Says("a", "WATCHDOG_USEC=60000000").Pass("59s").Forget();
        world.Says("a", "WATCHDOG=1").Pass("59s").Tells();
        world.Says("a", "WATCHDOG_USEC=0").Pass("100s").Tells();
        world.Says("a", "WATCHDOG_USEC=1000000").Says("a", "WATCHDOG=trigger").TellsAmongOthers("a unhealthy: it said WATCHDOG=trigger");
    }

    [Fact]
    public void Without_a_watchdog_its_words_mean_nothing()
    {
        var world = new World(Notifying("a"));
        world.Begin().Says("a", "READY=1").Forget();
        world.Says("a", "WATCHDOG=1").Says("a", "WATCHDOG=trigger").Pass("100s").Tells();
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void One_that_ends_by_itself_is_not_probed_any_more()
    {
        var probe = new ProbeSettings { Target = new ProbeTarget.Tcp("localhost:1"), Interval = Span("10s"), Retries = 1 };
        var world = new World(Notifying("a") with { Probe = probe, Watchdog = Span("10s"), StopTimeout = Span("200s") });
        world.Begin().Says("a", "READY=1").Says("a", "STOPPING=1").Forget();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Pass("100s").NeverTold("probe a");
        world.Exits("a", 0).TellsAmongOthers("a finished");
    }

    [Fact]
    public void One_that_says_it_ends_and_does_not_is_ended()
    {
        var world = new World(Notifying("a") with { StopTimeout = Span("5s") });
        world.Begin().Says("a", "READY=1").Says("a", "STOPPING=1").Pass("4s").Forget();
        world.Says("a", "EXTEND_TIMEOUT_USEC=3000000").Pass("2s").Tells();
        world.Says("a", "STOPPING=1").Pass("2s").TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void A_probe_under_way_ends_where_the_service_says_that_it_ends()
    {
        var probe = new ProbeSettings { Target = new ProbeTarget.Tcp("localhost:1"), Interval = Span("1s"), Timeout = Span("1h") };
        var world = new World(Notifying("a") with { Probe = probe });
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Says("a", "READY=1").Pass("1s").Forget();
        world.Says("a", "STOPPING=1").TellsAmongOthers("kill helper of a");
    }

    [Fact]
    public void The_time_of_a_watchdog_may_be_said_before_it_is_ready()
    {
        var world = new World(Notifying("a") with { Watchdog = Span("1h") });
        world.Begin().Says("a", "WATCHDOG_USEC=5000000").Says("a", "READY=1").Forget();
        world.Pass("6s").TellsAmongOthers("a unhealthy: no WATCHDOG=1 for 5s");
    }

    [Fact]
    public void A_stop_is_put_off_to_ten_times_its_time_at_most()
    {
        var world = new World(Daemon("a") with { Ready = ReadyRule.SdNotify, StopTimeout = Span("5s"), Watchdog = Span("1h") });
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Says("a", "READY=1").Says("a", "WATCHDOG=trigger").Forget();
        world.Says("a", "EXTEND_TIMEOUT_USEC=86400000000").Pass("49s").Tells();
        world.Pass("2s").TellsAmongOthers("SIGKILL group of a");
    }

    [Fact]
    public void One_that_is_over_its_limit_is_given_no_more_time()
    {
        var settings = File(
            [Notifying("a") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(100) }, StopTimeout = Span("5s") }]);
        var world = new World(settings, sampled: Controllers.Memory);
        world.Program("a").Ignores(Signal.Term);
        world.Program("a").Memory = 200;
        world.Begin().Says("a", "READY=1").Pass("3s");
        Assert.IsType<RunState.Stopping>(world.RunOf("a"));
        world.Forget();
        world.Says("a", "EXTEND_TIMEOUT_USEC=30000000").Pass("5s").TellsAmongOthers("SIGKILL group of a");
    }

    [Fact]
    public void Its_words_are_kept_until_it_starts_anew()
    {
        var world = new World(Notifying("a"));
        world.Begin().Says("a", "STATUS=warming up").Says("a", "READY=1\nRELOADING=1");
        Assert.Equal(("warming up", "reloading"), (world.RecordOf("a").Status, world.RecordOf("a").Doing));
        world.Says("a", "READY=1\nSTATUS=");
        Assert.Equal((null, null), (world.RecordOf("a").Status, world.RecordOf("a").Doing));
        world.Says("a", "STATUS=old").Exits("a", 1).Pass("2s");
        Assert.Null(world.RecordOf("a").Status);
    }
}
