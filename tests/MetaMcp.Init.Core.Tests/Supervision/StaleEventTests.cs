using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Events of a run that is over, and pids that are used again.</summary>
public sealed class StaleEventTests
{
    [Fact]
    public void A_word_of_an_earlier_run_makes_no_later_one_ready()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.SdNotify));
        world.Begin().Exits("a", 1).Pass("1s").Forget();
        world.Post(new SystemEvent.Notified(1)).Post(new SystemEvent.Executed(1)).Post(new SystemEvent.RunEmpty(1)).Tells();
        Assert.IsType<RunState.Starting>(world.RunOf("a"));
        world.Notifies("a").Tells("a ready", "up");
    }

    [Fact]
    public void News_of_a_run_that_is_over_and_not_followed_by_another_means_nothing()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Begin().Exits("a", 1).Forget();
        world.Post(new SystemEvent.Notified(1)).Post(new SystemEvent.Executed(1)).Post(new SystemEvent.RunEmpty(1)).Tells();
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
    }

    [Fact]
    public void Each_run_has_a_number_of_its_own()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Begin().Exits("a", 1).Pass("1s").Exits("b", 1).Pass("1s");
        Assert.Equal(3, Assert.IsType<RunState.Ready>(world.RunOf("a")).Run.Number);
        Assert.Equal(4, Assert.IsType<RunState.Ready>(world.RunOf("b")).Run.Number);
    }

    [Fact]
    public void A_new_run_may_get_the_pid_of_the_run_before()
    {
        var world = new World(Daemon("a"));
        world.Begin();
        var pid = world.PidOf("a");
        world.Exits("a", 1).NextPidIs(pid);
        world.Pass("1s").Forget();
        Assert.Equal(pid, world.PidOf("a"));
        world.Exits("a", 2).Tells("a exit code 2", "a again in 2s: exit code 2");
    }

    [Fact]
    public void A_service_may_get_the_pid_another_one_had()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Begin();
        var pid = world.PidOf("a");
        world.Exits("a", 1).Exits("b", 1).NextPidIs(pid);
        world.Pass("1s").Forget();
        var a = Assert.IsType<RunState.Ready>(world.RunOf("a")).Run.Pid;
        var b = Assert.IsType<RunState.Ready>(world.RunOf("b")).Run.Pid;
        Assert.Contains(pid, new[] { a, b });
        world.Exits("b", 3).Tells("b exit code 3", "b again in 2s: exit code 3");
        Assert.IsType<RunState.Ready>(world.RunOf("a"));
    }

    [Fact]
    public void A_probe_may_get_the_pid_a_service_had()
    {
        var world = new World(Daemon("a"), Daemon("b").Probed());
        world.Program("b").Probe = ProbeBehaviour.Fails;
        world.Begin();
        var pid = world.PidOf("a");
        world.Exits("a", 1).Forget().NextPidIs(pid);
        world.Program("b").Probe = ProbeBehaviour.Hangs;
        world.Pass("100ms").Tells("probe b");
        world.ProbeEnds("b", 0).Tells("b ready", "up");
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
    }

    [Fact]
    public void An_orphan_with_the_pid_of_a_run_that_was_collected_is_an_orphan()
    {
        var world = new World(Daemon("a"));
        world.Begin();
        var pid = world.PidOf("a");
        world.Exits("a", 1).Forget();
        world.Post(new SystemEvent.ChildEnded(pid, ExitStatus.Exited(0), null, OthersLeft: false)).Tells("orphan reaped");
    }
}
