using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>A main process that is not our child: its end comes without a status.</summary>
public sealed class ForeignMainTests
{
    private static World Begun(ServiceSettings settings)
    {
        var world = new World(settings);
        world.Begin().Executes("a").Forget();
        return world;
    }

    [Fact]
    public void Its_end_is_asked_for_by_pid_and_start_time_and_that_of_a_child_is_not()
    {
        var world = Begun(Daemon("a"));
        world.ChangesMain("a").Tells($"a main is {world.PidOf("a")}");
        world.Forget();
        world.ChangesMain("a", isForeign: true);
        world.Tells($"a main is {world.PidOf("a")}", $"watch {world.PidOf("a")} from {World.StartOfForeign} for main of a");
    }

    [Theory]
    [InlineData(RestartPolicy.OnFailure, typeof(ServiceState.Backoff))]
    [InlineData(RestartPolicy.Always, typeof(ServiceState.Backoff))]
    [InlineData(RestartPolicy.Never, typeof(ServiceState.Failed))]
    public void Its_end_counts_as_a_failure(RestartPolicy policy, Type state)
    {
        var world = Begun(Daemon("a") with { Restart = new() { Policy = policy } });
        world.ChangesMain("a", isForeign: true).Forget();
        world.Exits("a", 0).TellsAmongOthers("a exit status unknown, as it was no child of mcp-init");
        Assert.IsType(state, world.StateOf("a"));
        Assert.False(world.RecordOf("a").LastExit!.Value.IsKnown);
    }

    [Fact]
    public void PID_1_ends_with_1_where_that_ends_everything()
    {
        var world = Begun(Daemon("a").Required() with { Restart = new() { Policy = RestartPolicy.Never } });
        world.ChangesMain("a", isForeign: true).Forget();
        world.Exits("a", 0).TellsAmongOthers("exit 1");
    }

    [Fact]
    public void It_is_asked_to_end_and_its_end_is_the_end_of_the_stop()
    {
        var world = Begun(Daemon("a"));
        world.ChangesMain("a", isForeign: true);
        world.FormerEnds("a").Forget();
        world.Signal(Signal.Term).TellsAmongOthers("SIGTERM a", "exit 0");
    }

    [Fact]
    public void What_it_leaves_behind_is_ended()
    {
        var world = Begun(Daemon("a"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").Ignores(Signal.Term);
        world.ChangesMain("a", isForeign: true).Forget();
        world.Exits("a", 0);
        Assert.IsType<RunState.OthersStopping>(world.RunOf("a"));
        world.Pass("1m");
        Assert.IsNotType<RunState.OthersStopping>(StatePredicates.RunStateOf(world.StateOf("a")));
    }

    /// <summary>Its parent had ended before: then the kernel gave it to us, and its status comes as that of every child.</summary>
    [Fact]
    public void One_that_became_our_child_ends_with_a_status()
    {
        var world = Begun(Daemon("a"));
        world.ChangesMain("a", isForeign: true).Forget();
        world.Post(new SystemEvent.ChildEnded(world.PidOf("a"), ExitStatus.Exited(3), null, OthersLeft: false))
            .TellsAmongOthers("a exit code 3");
    }

    /// <summary>The event was on its way while another process took the place.</summary>
    [Fact]
    public void The_end_of_one_that_was_replaced_changes_nothing()
    {
        var world = Begun(Daemon("a"));
        world.ChangesMain("a", isForeign: true);
        var (before, run) = (world.PidOf("a"), world.RunOf("a")!.Number);
        world.ChangesMain("a").Forget();
        world.Post(new SystemEvent.MainEnded(run, before, OthersLeft: true)).Tells();
        Assert.Equal(world.PidOf("a"), world.Registry.FindByPid(world.PidOf("a"))!.Pid);
        Assert.IsType<RunState.Ready>(world.RunOf("a"));
    }

    /// <summary>Its parent has collected it, and the kernel gave its pid to a child of ours, before we hear of its end.</summary>
    [Fact]
    public void Another_entry_keeps_the_pid_that_it_had()
    {
        var registry = new Registry();
        var foreign = registry.Add(EntryKind.Run, "a", new RunOwner.Service(0), 0, default, pid: 70);
        var child = registry.Add(EntryKind.Run, "b", new RunOwner.Service(1), 0, default, pid: 70);
        registry.Remove(foreign);
        Assert.Same(child, registry.FindByPid(70));
    }

    /// <summary>The number of a launch says nothing about services.</summary>
    [Fact]
    public void The_run_of_a_launch_is_no_services()
    {
        var world = Begun(Daemon("a"));
        var run = world.Registry.Add(EntryKind.Run, "a", new RunOwner.Launch(0), 0, world.Now, pid: 7_000);
        world.Post(new SystemEvent.MainEnded(run.Sequence, 7_000, OthersLeft: false)).Tells();
        Assert.Null(world.Registry.FindByPid(7_000));
        Assert.IsType<RunState.Ready>(world.RunOf("a"));
    }
}
