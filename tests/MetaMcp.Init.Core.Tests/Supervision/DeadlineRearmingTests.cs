using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>A reload that shortens an interval must not wait for the long one to pass.</summary>
public sealed class DeadlineRearmingTests
{
    [Fact]
    public void A_back_off_after_many_ordinary_ends_is_that_of_as_many_restarts()
    {
        var ends = Daemon("a").Policy(RestartPolicy.Always);
        var world = Running(ends);
        for (var end = 0; end < 4; end++)
            world.Exits("a", 0).Pass("30s");
        world.Exits("a", 0).Forget();
        var before = Assert.IsType<ServiceState.Backoff>(world.StateOf("a")).Until;
        world.Reloads(ends with { Restart = ends.Restart with { MaxRestarts = 77 } });
        Assert.Equal(before, Assert.IsType<ServiceState.Backoff>(world.StateOf("a")).Until);
    }

    [Fact]
    public void A_service_that_waits_for_room_in_the_container_waits_on()
    {
        var world = new World(Daemon("a"));
        world.Program("a").Shortages = int.MaxValue;
        world.Begin().Pass("50s");
        var before = Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
        world.Reloads(Waits("1ms"));
        Assert.Equal(before, world.StateOf("a"));
    }

    [Fact]
    public void A_shorter_interval_brings_the_next_probe_forward()
    {
        var world = Running(Every("1h"));
        world.Pass("1s").Forget();
        world.Reloads(Every("5s")).Pass("5s").TellsAmongOthers("probe a");
        world.Pass("5s").Tells("probe a");
    }

    [Fact]
    public void A_longer_interval_takes_hold_after_the_next_probe()
    {
        var world = Running(Every("5s"));
        world.Reloads(Every("1h")).Pass("5s").TellsAmongOthers("probe a");
        world.Pass("55m").NeverTold("probe a");
    }

    [Fact]
    public void Probes_that_did_not_change_keep_their_beat()
    {
        var world = Running(Every("10s"));
        world.Pass("1m").Forget();
        var due = world.Supervisor.Due;
        world.Reloads(Every("10s").StopTimeout("3s"));
        Assert.Equal(due, world.Supervisor.Due);
    }

    [Fact]
    public void A_shorter_back_off_ends_earlier()
    {
        var world = Running(Waits("1h"));
        world.Exits("a", 1).Pass("1s").Forget();
        world.Reloads(Waits("4s")).Pass("3900ms").NeverTold("start a").Pass("100ms").TellsAmongOthers("start a");
    }

    [Fact]
    public void A_back_off_that_would_be_shorter_now_is()
    {
        var world = Running(Waits("10m", "1h"));
        world.Exits("a", 1).Pass("1s").Forget();
        world.Reloads(Waits("4s", "1h")).Pass("3900ms").NeverTold("start a").Pass("100ms").TellsAmongOthers("start a");
    }

    [Fact]
    public void A_back_off_that_did_not_change_is_served_in_full()
    {
        var world = Running(Waits("1h"));
        world.Exits("a", 1).Pass("59m").Forget();
        world.Reloads(Waits("1h").StopTimeout("3s")).Pass("59s").NeverTold("start a").Pass("1s").TellsAmongOthers("start a");
    }

    [Fact]
    public void An_open_circuit_is_tried_when_the_new_file_would()
    {
        var world = Running(Opens("1h"));
        world.Exits("a", 1).TellsAmongOthers("a circuit open for 1h after 1: exit code 1");
        world.Reloads(Opens("10s")).Pass("9900ms").NeverTold("start a").Pass("100ms").TellsAmongOthers("a trial", "start a");
    }

    [Fact]
    public void A_trial_run_closes_the_circuit_when_the_new_file_would()
    {
        var world = Running(Opens("1s"));
        world.Exits("a", 1).Pass("1s").TellsAmongOthers("a ready");
        var patient = Opens("1s");
        world.Reloads(patient.Backoff(patient.Restart.Backoff with { ResetAfter = Span("5s") })).Pass("5s")
            .TellsAmongOthers("a circuit closed");
    }

    [Fact]
    public void A_start_timeout_holds_for_who_is_starting()
    {
        var world = new World(Slow("10s"), Daemon("b"));
        world.Begin().Pass("9s").Reloads(Slow("30s"), Daemon("b")).Pass("20s").NeverTold("SIGTERM a").Forget();
        world.Pass("1s").TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void One_that_is_past_its_new_start_timeout_is_late_at_once()
    {
        var world = new World(Slow("40s"), Daemon("b"));
        world.Begin().Pass("20s").Forget();
        world.Reloads(Slow("10s"), Daemon("b")).Pass("0ms").TellsAmongOthers("SIGTERM a");
    }

    private static ServiceSettings Slow(string timeout) => Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout(timeout);

    private static ServiceSettings Every(string interval) =>
        Daemon("a") with { Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1"), Interval = Span(interval) },
            Ready = ReadyRule.Probe };

    private static ServiceSettings Waits(string initial, string? max = null) =>
        Daemon("a").Backoff(new BackoffSettings { Jitter = 0, Initial = Span(initial), Max = Span(max ?? initial) });

    private static ServiceSettings Opens(string time) => Daemon("a") with
    {
        Restart = Restart with { Breaker = new BreakerSettings { Failures = 1, OpenFor = Span(time) } },
    };

    private static World Running(params ServiceSettings[] services)
    {
        var world = new World([.. services, Daemon("other")]);
        world.Begin().Forget();
        return world;
    }
}
