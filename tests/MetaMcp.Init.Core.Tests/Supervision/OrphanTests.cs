using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class OrphanTests
{
    [Fact]
    public void More_than_are_remembered_of_those_left_alone_ask_for_no_look_by_the_clock()
    {
        var world = Running();
        for (var orphan = 0; orphan < 600; orphan++)
            world.HasStranger("bash", isOurs: false);
        world.Exits("b", 1).Pass("5m");
        Assert.True(world.Sleeps);
        Assert.InRange(world.Sweeps.Count, 1, 4);
    }

    [Fact]
    public void They_are_asked_when_the_services_are_gone()
    {
        var world = new World(Daemon("a"));
        world.HasOrphan();
        world.Begin().Forget().Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "SIGTERM a", "a killed by SIGTERM", "a stopped", "SIGTERM the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void They_are_killed_after_their_grace()
    {
        var world = new World(File(Daemon("a")) with { Init = new InitSettings { OrphanGrace = Span("4s") } });
        world.HasOrphan().Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Pass("3900ms").Tells();
        world.Pass("100ms").Tells("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void Their_grace_ends_with_the_phase()
    {
        var world = new World(File(Daemon("a").StopTimeout("25s")) with
        {
            Init = new InitSettings { OrphanGrace = Span("10s") },
            Shutdown = new ShutdownSettings { Timeout = Span("30s") },
        });
        world.HasOrphan().Ignores(Signal.Term);
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Pass("25s").Forget().Pass("5s").Tells("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void They_are_killed_at_once_at_the_second_request()
    {
        var world = new World(Daemon("a"));
        world.HasOrphan().Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Signal(Signal.Term).TellsAmongOthers("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void One_beyond_SIGKILL_does_not_hold_the_container()
    {
        var world = new World(File(Daemon("a")) with { Init = new InitSettings { OrphanGrace = Span("4s") } });
        world.HasOrphan().IgnoresEverything();
        world.Begin().Signal(Signal.Term).Forget().Pass("6s").Tells("SIGKILL the rest", "beyond kill: ", "exit 0");
    }

    [Fact]
    public void While_services_run_they_are_only_collected()
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget();
        world.Post(new SystemEvent.ChildEnded(4711, ExitStatus.Exited(1), null, OthersLeft: false)).Tells("orphan reaped");
    }

    [Fact]
    public void One_that_descends_from_a_run_that_is_over_is_ended_after_its_grace_and_counted()
    {
        var world = Running();
        world.HasStranger("npx");
        world.Exits("b", 1).Pass("9s").NeverTold("orphan npx ends in 10s").Forget();
        world.Pass("1s").Tells("orphan npx ends in 10s");
        Assert.Equal(EntryKind.Orphan, Assert.Single(world.Registry.OfType("npx")).Kind);
        world.Pass("10s").Tells("SIGTERM orphan npx", "orphan npx ended, number 1");
        Assert.Empty(world.Registry.OfType("npx"));
        Assert.Equal(1, world.Supervisor.OrphansEnded["npx"]);
    }

    [Fact]
    public void One_that_ignores_sigterm_is_killed_after_term_timeout_and_told_when_it_outlives_that()
    {
        var world = Running();
        world.HasStranger("npx").IgnoresEverything();
        world.Exits("b", 1).Pass("20s").TellsAmongOthers("SIGTERM orphan npx");
        world.Pass("10s").Tells("SIGKILL orphan npx");
        world.Pass("15s").TellsAmongOthers("SIGKILL orphan npx", "orphan npx cleanup failed after 4", "SIGKILL orphan npx");
    }

    [Fact]
    public void An_orphan_collected_by_another_parent_is_counted_by_the_next_sweep()
    {
        var world = Running();
        world.HasStranger("npx").IgnoresEverything();
        world.Exits("b", 1).Pass("20s").TellsAmongOthers("SIGTERM orphan npx");
        world.Strangers.Clear();
        world.Pass("10s").TellsAmongOthers("orphan npx ended, number 1");
        Assert.Empty(world.Registry.OfType("npx"));
        Assert.Equal(1, world.Supervisor.OrphansEnded["npx"]);
    }

    [Fact]
    public void One_that_ended_before_it_was_asked_is_not_counted()
    {
        var world = new World(File(Daemon("a"), Daemon("b")) with { Init = new InitSettings { OrphanGrace = Span("15s") } });
        world.Begin().HasStranger("npx");
        world.Exits("b", 1).Pass("12s").TellsAmongOthers("orphan npx ends in 15s");
        world.Strangers.Clear();
        world.Pass("1m").NeverTold("orphan npx ended, number 1");
        Assert.Empty(world.Supervisor.OrphansEnded);
    }

    [Fact]
    public void A_process_that_may_be_of_a_docker_exec_is_reported_once_and_left_alone()
    {
        var world = Running();
        world.HasStranger("bash", isOurs: false);
        world.Exits("b", 1).Forget().Pass("1m").TellsAmongOthers("orphan bash is nobody's").NeverTold("SIGTERM orphan bash");
        Assert.True(world.Sleeps);
        world.Exits("b", 1).Forget().Pass("5m").NeverTold("orphan bash is nobody's");
    }

    [Theory]
    [InlineData(OrphanPolicy.Report)]
    [InlineData(OrphanPolicy.Adopt)]
    public void Other_policies_leave_them_alone(OrphanPolicy policy)
    {
        var world = Running(policy);
        world.HasStranger("npx");
        world.Exits("b", 1).Forget().Pass("5m").NeverTold("SIGTERM orphan npx");
        Assert.Equal(policy == OrphanPolicy.Report ? 1 : 0, world.Registry.OfType("npx").Count);
    }

    [Fact]
    public void One_that_a_look_does_not_see_is_neither_forgotten_nor_asked()
    {
        var world = Running();
        var orphan = world.HasStranger("npx");
        world.Exits("b", 1).Pass("10s").TellsAmongOthers("orphan npx ends in 10s");
        orphan.IsHidden = true;
        world.Pass("5m").NeverTold("SIGTERM orphan npx");
        orphan.IsHidden = false;
        world.Pass("10s").Tells("SIGTERM orphan npx", "orphan npx ended, number 1");
    }

    [Fact]
    public void One_that_is_no_child_of_ours_counts_when_it_is_gone()
    {
        var world = Running();
        world.HasStranger("npx").Ignores(Signal.Term);
        world.Exits("b", 1).Pass("20s").TellsAmongOthers("SIGTERM orphan npx");
        world.Strangers.Clear();
        world.Pass("10s").TellsAmongOthers("orphan npx ended, number 1");
        Assert.True(world.Pass("20s").Sleeps);
    }

    [Fact]
    public void They_wait_for_their_turn_like_everybody()
    {
        var world = Running(most: 1);
        world.HasStranger("one").Ignores(Signal.Term);
        world.HasStranger("two");
        world.Exits("b", 1).Pass("20s").TellsAmongOthers("SIGTERM orphan one").NeverTold("SIGTERM orphan two");
        world.Pass("10s")
            .TellsAmongOthers("SIGKILL orphan one", "orphan one ended, number 1", "SIGTERM orphan two", "orphan two ended, number 1");
    }

    [Fact]
    public void No_sweep_comes_before_a_process_has_ended()
    {
        var world = Running();
        Assert.True(world.Sleeps);
        world.Exits("b", 1);
        Assert.False(world.Sleeps);
        world.Pass("1m");
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void A_pid_that_is_no_child_any_more_counts_as_a_repair()
    {
        var world = Running();
        var pid = world.PidOf("b");
        world.PostTogether(
            new SystemEvent.ChildEnded(pid, ExitStatus.Exited(111), null, OthersLeft: false), new SystemEvent.Swept([pid], [], [], 0));
        world.TellsAmongOthers("b exit code 111",
            $"repaired: pid {pid} was entered as running and is no child of ours any more; its exit status is lost");
        Assert.Equal(1, world.Supervisor.Repairs);
    }

    [Fact]
    public void Of_thousands_only_so_many_are_remembered_and_the_log_has_few_lines()
    {
        var world = Running();
        for (var i = 0; i < 3000; i++)
            world.HasStranger("npx");
        world.Exits("b", 1).Forget().Pass("10s");
        Assert.Equal(1024, world.Registry.OfType("npx").Count);
        var told = world.Told();
        Assert.InRange(told.Count, 17, 30);
        Assert.Contains("1008 more orphans, 1976 beyond", told);
        // Every orphan gets its turn, a thousand at a time.
        world.Pass("5m");
        Assert.Equal(3000, world.Supervisor.OrphansEnded["npx"]);
        Assert.Empty(world.Registry.OfType("npx"));
        Assert.InRange(world.Told().Count(l => l.Contains("ended", StringComparison.Ordinal)), 3, 400);
    }

    [Fact]
    public void Those_that_are_left_alone_do_not_take_the_place_of_those_that_are_to_end()
    {
        var world = Running();
        for (var i = 0; i < 2000; i++)
            world.HasStranger("bash", isOurs: false);
        world.HasStranger("npx");
        world.Exits("b", 1).Pass("30s").TellsAmongOthers("SIGTERM orphan npx", "orphan npx ended, number 1");
        Assert.Equal(512, world.Registry.OfType("bash").Count);
    }

    private static World Running(OrphanPolicy policy = OrphanPolicy.Terminate, int most = 5)
    {
        var world = new World(File(Daemon("a"), Daemon("b")) with
        {
            Init = new InitSettings { Orphans = policy }, Shutdown = new ShutdownSettings { MaxConcurrent = most },
        });
        world.Begin().Forget();
        return world;
    }
}
