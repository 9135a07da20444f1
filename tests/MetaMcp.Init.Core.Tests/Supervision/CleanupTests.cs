using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The cleanup queue.</summary>
public sealed class CleanupTests
{
    [Fact]
    public void Only_so_many_are_ended_at_once_and_the_others_in_the_order_they_came()
    {
        var world = Unhealthy(5, most: 2);
        var told = world.Pass("0ms").Told();
        string[] came =
            [.. told.Where(l => l.EndsWith(" unhealthy: 1 probe failed; last probe: exit code 1", StringComparison.Ordinal))
            .Select(l => l[..1])];
        Assert.Equal(["a", "b", "c", "d", "e"], came.Order());
        Assert.Equal([$"SIGTERM {came[0]}", $"SIGTERM {came[1]}"], told.Where(l => l.StartsWith("SIGTERM", StringComparison.Ordinal)));
        world.Exits(came[1], 0)
            .Tells($"{came[1]} exit code 0", $"{came[1]} again in 1s: unhealthy: 1 probe failed; last probe: exit code 1",
            $"SIGTERM {came[2]}");
        world.Exits(came[0], 0)
            .Tells($"{came[0]} exit code 0", $"{came[0]} again in 1s: unhealthy: 1 probe failed; last probe: exit code 1",
            $"SIGTERM {came[3]}");
    }

    [Fact]
    public void One_that_ends_while_it_waits_is_passed_over()
    {
        var world = Unhealthy(3, most: 1);
        world.Pass("0ms").Forget();
        world.Exits("b", 3).TellsAmongOthers("b exit code 3", "b again in 1s: unhealthy: 1 probe failed; last probe: exit code 1")
            .NeverTold("SIGTERM b");
        world.Exits("a", 0).TellsAmongOthers("a exit code 0", "SIGTERM c");
    }

    [Fact]
    public void Processes_that_a_crash_leaves_behind_wait_for_their_turn_too()
    {
        var world = Unhealthy(1, most: 1, Daemon("w"));
        world.Program("w").LeavesBehind = true;
        world.Pass("0ms").Forget().Exits("w", 1).Tells("w exit code 1");
        Assert.IsType<RunState.OthersWaiting>(world.RunOf("w"));
        var run = world.RunOf("w").Number;
        world.Exits("a", 0).TellsAmongOthers("a exit code 0", "SIGTERM group of w", "w again in 1s: exit code 1");
        var told = Assert.Single(world.Heard, heard => heard.Notice.Kind == Notices.EndingLeftovers).Notice;
        Assert.Equal("w: ending the processes that it left behind: 2 node, 1 sh (3 processes)", told.ToString());
        Assert.Equal(run, told.Run);
    }

    [Fact]
    public void News_of_the_rest_of_a_run_that_is_over_is_nobodys()
    {
        var world = Unhealthy(1, most: 1);
        world.Forget().Post(new SystemEvent.RestSignalled(9999, 1, ["1 sh"])).Tells();
        Assert.DoesNotContain(world.Heard, heard => heard.Notice.Kind == Notices.EndingLeftovers);
    }

    [Fact]
    public void A_process_left_behind_that_ends_by_itself_needs_no_turn()
    {
        var world = Unhealthy(1, most: 1, Daemon("w"));
        world.Program("w").LeavesBehind = true;
        world.Pass("0ms").Exits("w", 1).Forget();
        world.GroupEmpties("w").Tells("w again in 1s: exit code 1");
    }

    [Fact]
    public void In_a_shutdown_no_run_waits_for_a_turn()
    {
        var world = Unhealthy(3, most: 1);
        world.Pass("0ms").Forget();
        world.Signal(Signal.Term).TellsAmongOthers("shutting down: SIGTERM", "SIGTERM c", "SIGTERM b");
    }

    [Fact]
    public void A_run_that_outlives_every_SIGKILL_is_reported_once_and_gives_its_place_to_the_next()
    {
        var world = Unhealthy(2, most: 1);
        world.Program("a").IgnoresEverything();
        world.Program("b").Ignores(Signal.Term);
        world.Pass("0ms").TellsAmongOthers("SIGTERM a").NeverTold("SIGTERM b");
        // SIGKILL comes after 10 s, and again after 1, 2, 4 and 8 s.
        world.Pass("17s").Tells("SIGKILL group of a", "SIGKILL group of a", "SIGKILL group of a", "SIGKILL group of a");
        world.Pass("8s").Tells("a cleanup failed after 4", "SIGKILL group of a", "SIGTERM b");
        Assert.Equal(
            (0, 0, 1), (world.RecordOf("a").Cleanups.Clean, world.RecordOf("a").Cleanups.Killed, world.RecordOf("a").Cleanups.Failed));
        world.Pass("5m").NeverTold("a cleanup failed after 4").NeverTold("start a").Forget();
        world.IsKilledBy("a", Signal.Kill)
            .TellsAmongOthers("a killed by SIGKILL", "a again in 0s: unhealthy: 1 probe failed; last probe: exit code 1");
        world.Pass("0ms").TellsAmongOthers("start a");
        Assert.Equal(1, world.RecordOf("a").Cleanups.Failed);
    }

    [Fact]
    public void A_cleanup_that_fails_when_its_main_process_ends_after_all_is_told()
    {
        var world = Unhealthy(1, most: 1);
        world.Program("a").IgnoresEverything();
        world.Program("a").LeavesBehind = true;
        // SIGKILL comes at 10, 11, 13 and 17 s.
        world.Pass("0ms").Pass("18s").Forget();
        world.IsKilledBy("a", Signal.Kill).Tells("a killed by SIGKILL", "a cleanup failed after 4", "SIGKILL group of a");
    }

    [Fact]
    public void Durations_and_outcomes_are_recorded()
    {
        var world = Unhealthy(1, most: 1, Daemon("w"));
        world.Exits("w", 1);
        Assert.Equal(new CleanupStatistics(1, 0, 0, TimeSpan.Zero, TimeSpan.Zero), world.RecordOf("w").Cleanups);
        world.Program("a").Ignores(Signal.Term);
        world.Pass("0ms").Pass("3s").Exits("a", 0);
        Assert.Equal(new CleanupStatistics(1, 0, 0, Span("3s"), Span("3s")), world.RecordOf("a").Cleanups);
    }

    /// <summary>
    /// <paramref name="count"/> services whose first probe fails as soon as time passes, and which take their time to end.
    /// </summary>
    private static World Unhealthy(int count, int most, params ServiceSettings[] others)
    {
        var names = Enumerable.Range(0, count).Select(i => ((char)('a' + i)).ToString()).ToList();
        var world = new World(File(
        [
            .. names.Select(n => Daemon(n) with
            {
                Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1"), Interval = Span("1s"), Retries = 1 },
            }),
            .. others,
        ]) with { Shutdown = new ShutdownSettings { MaxConcurrent = most } });
        foreach (var name in names)
        {
            world.Program(name).Probe = ProbeBehaviour.Fails;
            world.Program(name).Ignores(Signal.Term);
        }
        return world.Begin().Forget();
    }
}
