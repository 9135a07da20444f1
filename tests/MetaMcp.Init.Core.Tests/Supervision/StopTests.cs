using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class StopTests
{
    [Fact]
    public void Dependents_stop_before_what_they_depend_on_and_each_only_when_the_other_is_gone()
    {
        var world = new World(Daemon("db"), Daemon("app").Needs("db"), Daemon("web").ComesAfter("app"));
        world.Program("web").Ignores(Signal.Term);
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Forget();
        world.Signal(Signal.Term).Tells("shutting down: SIGTERM", "SIGTERM web");
        world.Exits("web", 0).Tells("web exit code 0", "web stopped", "SIGTERM app");
        world.Exits("app", 0).Tells(
            "app exit code 0", "app stopped", "SIGTERM db", "db killed by SIGTERM", "db stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void Independent_services_stop_at_the_same_time()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Program("a").Ignores(Signal.Term);
        world.Program("b").Ignores(Signal.Term);
        world.Begin().Forget().Signal(Signal.Term).Tells("shutting down: SIGTERM", "SIGTERM b", "SIGTERM a");
    }

    [Fact]
    public void The_time_of_a_service_begins_when_its_turn_comes()
    {
        var world = new World(Daemon("db").StopTimeout("4s"), Daemon("app").Needs("db").StopTimeout("3s"));
        world.Program("db").Ignores(Signal.Term);
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Forget().Signal(Signal.Term).Pass("3s").Tells(
            "shutting down: SIGTERM", "SIGTERM app", "SIGKILL group of app", "app killed by SIGKILL", "app stopped", "SIGTERM db");
        world.Pass("3900ms").Tells();
        world.Pass("100ms").TellsAmongOthers("SIGKILL group of db", "exit 0");
    }

    [Fact]
    public void The_stop_signal_is_the_services_own_and_a_stopped_process_is_continued()
    {
        var world = new World(Daemon("a") with { StopSignal = Signal.Int });
        world.Program("a").Ignores(Signal.Int);
        world.Begin().Signal(Signal.Term);
        var (run, pid) = (StatePredicates.RunOf(world.StateOf("a"))!.Value, world.PidOf("a"));
        Assert.Equal(
            [new Effect.SignalMain(run, pid, Signal.Int), new Effect.SignalMain(run, pid, Signal.Cont)],
            world.LastEffects.OfType<Effect.SignalMain>());
    }

    [Fact]
    public void A_kill_signal_of_its_own_is_followed_by_SIGKILL()
    {
        var world = new World(Daemon("a").StopTimeout("3s") with { KillSignal = Signal.Quit });
        world.Program("a").Ignores(Signal.Term, Signal.Quit);
        world.Begin().Forget().Signal(Signal.Term).Pass("3s").Tells("shutting down: SIGTERM", "SIGTERM a", "SIGQUIT group of a");
        world.Pass("1s").TellsAmongOthers("SIGKILL group of a", "a killed by SIGKILL", "exit 0");
    }

    [Fact]
    public void Of_a_service_that_has_ended_nothing_is_asked()
    {
        var world = new World(Oneshot("a"), Daemon("b").Policy(RestartPolicy.Never), Daemon("c"));
        world.Begin().Exits("a", 0).Exits("b", 1).Forget().Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "SIGTERM c", "c killed by SIGTERM", "c stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_crash_during_the_shutdown_restarts_nothing()
    {
        var world = new World(Daemon("db"), Daemon("app").Needs("db"));
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget();
        world.Exits("db", 1).TellsAmongOthers("db exit code 1", "db stopped").Pass("5s").Tells();
        world.Exits("app", 0).TellsAmongOthers("app stopped", "exit 0");
    }

    [Fact]
    public void One_in_backoff_is_stopped_at_once_and_not_started_again()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Program("b").Ignores(Signal.Term);
        world.Begin().Exits("a", 1).Forget().Signal(Signal.Term).Tells("shutting down: SIGTERM", "SIGTERM b", "a stopped");
        world.Pass("5s").Tells();
    }

    [Fact]
    public void Leftovers_are_asked_then_killed_before_the_service_counts_as_stopped()
    {
        var world = new World(Daemon("db"), Daemon("app").Needs("db").StopTimeout("5s"));
        world.Program("app").LeavesBehind = true;
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Forget().Signal(Signal.Term).Exits("app", 0).Tells(
            "shutting down: SIGTERM", "SIGTERM app", "app exit code 0", "SIGTERM group of app");
        world.Pass("5s").Tells(
            "SIGKILL group of app", "app stopped", "SIGTERM db", "db killed by SIGTERM", "db stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void Leftovers_that_go_by_themselves_are_not_killed()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Program("a").LeavesBehind = true;
        world.Begin().Forget().Exits("a", 1).Tells(
            "a exit code 1", "SIGTERM group of a", "a again in 1s: exit code 1");
    }

    [Fact]
    public void A_restart_waits_until_the_leftovers_are_gone_and_its_backoff_begins_then()
    {
        var world = new World(Daemon("a").StopTimeout("5s"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Forget().Exits("a", 1).Pass("4s").Tells("a exit code 1", "SIGTERM group of a");
        world.GroupEmpties("a").Tells("a again in 1s: exit code 1");
        world.Pass("1s").Tells("start a", "a ready");
    }

    [Fact]
    public void Leftovers_beyond_kill_are_killed_again_ever_more_slowly_and_hold_the_restart()
    {
        var world = new World(Daemon("a").StopTimeout("5s"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").IgnoresEverything();
        world.Begin().Forget().Exits("a", 1).Forget().Pass("9s").Tells(
            "SIGKILL group of a", "SIGKILL group of a", "SIGKILL group of a");
        world.GroupEmpties("a").Tells("a again in 1s: exit code 1");
    }

    [Fact]
    public void Processes_that_a_killed_service_leaves_behind_are_killed_without_asking()
    {
        var world = new World(Daemon("a").StopTimeout("5s"));
        world.Program("a").LeavesBehind = true;
        world.Program("a").IgnoresEverything();
        world.Begin().Forget().Signal(Signal.Term).Pass("5s").Tells("shutting down: SIGTERM", "SIGTERM a", "SIGKILL group of a");
        world.IsKilledBy("a", Signal.Kill).Tells("a killed by SIGKILL", "SIGKILL group of a");
        world.GroupEmpties("a").TellsAmongOthers("a stopped", "exit 0");
    }

    [Fact]
    public void The_whole_phase_has_its_deadline()
    {
        var world = new World(File(Daemon("a").StopTimeout("1m"), Daemon("b").Needs("a").StopTimeout("1m")) with
        {
            Shutdown = new ShutdownSettings { Timeout = Span("30s") },
        });
        world.Program("a").Ignores(Signal.Term);
        world.Program("b").Ignores(Signal.Term);
        world.Begin().Forget().Signal(Signal.Term).Pass("30s").Tells(
            "shutting down: SIGTERM", "SIGTERM b", "emergency: not down within 30s", "SIGKILL group of a", "SIGKILL group of b",
            "a killed by SIGKILL", "a stopped", "b killed by SIGKILL", "b stopped", "SIGKILL the rest", "exit 0");
    }

    [Fact]
    public void The_deadline_is_a_maximum_and_never_a_sleep()
    {
        var world = new World(Daemon("a"));
        world.Begin().Signal(Signal.Term);
        Assert.Equal(TimeSpan.Zero, world.Elapsed);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_service_that_is_late_to_be_ready_is_not_stopped_before_its_turn()
    {
        var world = new World(Daemon("db").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"), Daemon("app").Needs("db"));
        world.Program("app").Ignores(Signal.Term);
        world.Begin().Notifies("db").Exits("db", 1).Pass("1s").Signal(Signal.Term).Forget();
        world.Pass("6s").Tells();
        world.Exits("app", 0).TellsAmongOthers("app stopped", "SIGTERM db", "exit 0");
    }
}
