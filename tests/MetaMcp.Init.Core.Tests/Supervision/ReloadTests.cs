using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>SIGHUP: changed services are restarted, new ones started, removed ones stopped, and all others left alone.</summary>
public sealed class ReloadTests
{
    [Fact]
    public void The_result_names_every_service_that_was_removed_whether_it_ran_or_not()
    {
        var world = new World(Daemon("keep"), Daemon("runs"), Oneshot("done"), Daemon("held")).Begin().Exits("done", 0);
        world.Asks(Core.Control.ControlVerb.Stop, "held").Reloads(Daemon("keep"));
        Assert.Contains(
            world.Heard, t => t.Notice.ToString() ==
                "reloaded: restarting none, starting none, removing runs, done, held, 1 unchanged");
        world.Pass("1m").Reloads(Daemon("keep"));
        Assert.EndsWith("removing none, 1 unchanged", world.Heard[^1].Notice.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_failed_for_good_starts_when_its_exit_code_counts_as_success_from_now_on()
    {
        var once = Daemon("a").Policy(RestartPolicy.Never);
        var world = new World(once, Daemon("b"));
        world.Begin().Exits("a", 3).Forget();
        world.Reloads(once with { SuccessExitCodes = [3] }, Daemon("b")).TellsAmongOthers("start a");
    }

    [Fact]
    public void Each_sighup_asks_for_the_file()
    {
        var world = Running(Daemon("a"));
        world.Signal(Signal.Hup).Signal(Signal.Hup).Tells("read the file", "read the file");
        world.Reloads(Daemon("a")).Tells("reloaded: restarting ; starting ; removing ; 1 unchanged");
        world.Signal(Signal.Hup).Tells("read the file");
    }

    [Fact]
    public void A_file_that_is_refused_changes_nothing_and_says_why()
    {
        var world = Running(Daemon("a"));
        world.Post(new SystemEvent.ReloadRefused(["f:1:1: error: bad"])).Tells("not reloaded: f:1:1: error: bad");
        Assert.True(world.Runs("a"));
    }

    [Fact]
    public void After_one_that_is_refused_another_can_be_read()
    {
        var world = Running(Daemon("a"));
        world.Signal(Signal.Hup).Post(new SystemEvent.ReloadRefused(["bad"])).Forget();
        world.Signal(Signal.Hup).Tells("read the file");
    }

    [Fact]
    public void Each_gets_what_its_table_asks_for()
    {
        var world = Running(Daemon("same"), Daemon("changed"), Daemon("gone"));
        world.Reloads(Daemon("new"), Changed(Daemon("changed")), Daemon("same")).Tells(
            "reloaded: restarting changed; starting new; removing gone; 1 unchanged",
            "start new", "SIGTERM changed", "SIGTERM gone", "new ready",
            "changed killed by SIGTERM", "start changed", "gone killed by SIGTERM", "gone stopped", "changed ready");
        Assert.True(world.Sleeps || world.Pass("10s").Sleeps);
    }

    [Fact]
    public void Settings_that_only_the_supervisor_uses_are_in_force_at_once()
    {
        var world = Running(Daemon("a").StopTimeout("10s"));
        world.Reloads(Daemon("a").StopTimeout("3s").Policy(RestartPolicy.Never))
            .Tells("reloaded: restarting ; starting ; removing ; 1 unchanged");
        world.Program("a").Ignores(Signal.Term);
        world.Signal(Signal.Term).Pass("3s").TellsAmongOthers("SIGTERM a", "SIGKILL group of a");
    }

    [Fact]
    public void A_changed_service_is_ended_by_the_settings_it_runs_with()
    {
        var world = Running(Daemon("a").StopTimeout("4s"));
        world.Program("a").Ignores(Signal.Term);
        world.Reloads(Changed(Daemon("a")).StopTimeout("1s")).Forget();
        world.Pass("3s").Tells();
        world.Pass("1s").TellsAmongOthers("SIGKILL group of a", "start a");
    }

    [Fact]
    public void Nothing_is_bounced_twice()
    {
        var app = Daemon("app").Needs("db") with { RestartWith = ["db"] };
        var world = Running(Daemon("db"), app);
        world.Reloads(Changed(Daemon("db")), Changed(app)).Tells(
            "reloaded: restarting db,app; starting ; removing ; 0 unchanged",
            "SIGTERM db", "SIGTERM app", "db killed by SIGTERM", "start db", "app killed by SIGTERM", "db ready", "start app", "app ready");
        world.Pass("1m").NeverTold("SIGTERM app");
    }

    [Fact]
    public void Another_reload_while_one_is_under_way_does_not_ask_again()
    {
        var world = Running(Daemon("a"));
        world.Program("a").Ignores(Signal.Term);
        world.Reloads(Changed(Daemon("a"))).Forget();
        world.Reloads(Changed(Daemon("a"), "again")).NeverTold("SIGTERM a").Forget();
        world.Exits("a", 0).Tells("a exit code 0", "start a", "a ready");
        Assert.Equal("/bin/again", world.Supervisor.Plan.Services[world.IndexOf("a")].Settings.Command[0]);
    }

    [Fact]
    public void Removed_ones_end_in_order_and_a_required_one_does_not_end_everything()
    {
        var world = Running(Daemon("db").Required(), Daemon("app").Needs("db"), Daemon("other"));
        world.Program("app").Ignores(Signal.Term);
        world.Reloads(Daemon("other")).Tells("reloaded: restarting ; starting ; removing db,app; 1 unchanged", "SIGTERM app");
        world.Exits("app", 0).Tells("app exit code 0", "app stopped", "SIGTERM db", "db killed by SIGTERM", "db stopped");
        Assert.IsType<Phase.Running>(world.Phase);
        world.Signal(Signal.Usr1).Tells("status of all: 1 of 1", "status of other: Ready, 1 starts");
    }

    [Fact]
    public void A_removed_one_that_crashes_while_it_waits_to_be_stopped_is_not_started_again()
    {
        var world = Running(Daemon("db"), Daemon("app").Needs("db"), Daemon("other"));
        world.Program("app").Ignores(Signal.Term);
        world.Reloads(Daemon("other")).Forget();
        world.Exits("db", 1).Pass("5s").NeverTold("start db");
    }

    [Fact]
    public void A_removed_one_that_had_failed_is_missing_no_more()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Daemon("b"));
        world.Exits("a", 3).TellsAmongOthers("degraded: a (exit code 3)");
        world.Reloads(Daemon("b")).TellsAmongOthers("whole again");
        world.Exits("b", 0).TellsAmongOthers("exit 0");
    }

    [Fact]
    public void The_startup_does_not_wait_for_one_that_is_removed()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).Required(), Daemon("b"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Pass("55s").Reloads(Daemon("b")).Pass("6s");
        Assert.IsType<Phase.Running>(world.Phase);
    }

    [Fact]
    public void One_that_is_changed_late_in_the_startup_has_the_whole_of_it()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5m").Required(), Daemon("b"));
        world.Begin().Pass("55s").Reloads(Changed(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5m").Required()), Daemon("b"))
            .Pass("50s");
        Assert.IsType<Phase.StartingUp>(world.Phase);
        world.Notifies("a").TellsAmongOthers("a ready", "up");
    }

    [Fact]
    public void The_order_of_a_stop_outlives_another_reload()
    {
        var world = Running(Daemon("db"), Daemon("app").Needs("db"), Daemon("other"));
        world.Program("app").Ignores(Signal.Term);
        world.Reloads(Daemon("db"), Daemon("other")).Reloads(Daemon("db"), Daemon("other")).Forget();
        world.Signal(Signal.Term).NeverTold("SIGTERM db");
        world.Exits("app", 0).TellsAmongOthers("app stopped", "SIGTERM db");
    }

    [Fact]
    public void Another_policy_for_orphans_holds_for_those_that_were_not_asked_yet()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.HasStranger("npx");
        world.Exits("b", 1).Pass("10s").TellsAmongOthers("orphan npx ends in 10s");
        world.Reloads(File(Daemon("a"), Daemon("b")) with { Init = new InitSettings { Orphans = OrphanPolicy.Report } });
        world.Pass("10s").TellsAmongOthers("orphan npx is ours").NeverTold("SIGTERM orphan npx");
        world.Reloads(File(Daemon("a"), Daemon("b")) with { Init = new InitSettings { Orphans = OrphanPolicy.Adopt } });
        world.Pass("1m").NeverTold("SIGTERM orphan npx");
        Assert.True(world.Sleeps);
        world.Reloads(Daemon("a"), Daemon("b")).Pass("20s").TellsAmongOthers("SIGTERM orphan npx");
    }

    [Fact]
    public void One_that_comes_back_starts_again()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.Reloads(Daemon("b")).Forget();
        world.Reloads(Daemon("a"), Daemon("b")).Tells("reloaded: restarting ; starting a; removing ; 1 unchanged", "start a", "a ready");
    }

    [Fact]
    public void One_that_comes_back_before_it_has_ended_starts_when_it_has()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.Program("a").Ignores(Signal.Term);
        world.Reloads(Daemon("b")).Forget();
        world.Reloads(Daemon("a"), Daemon("b")).Tells("reloaded: restarting ; starting a; removing ; 1 unchanged");
        world.Exits("a", 0).Tells("a exit code 0", "start a", "a ready");
    }

    [Fact]
    public void A_place_is_given_to_another_when_its_owner_is_gone()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.Reloads(Daemon("b")).Reloads(Daemon("c"), Daemon("b")).Forget();
        Assert.Equal(0, world.IndexOf("c"));
        world.Exits("c", 1).Pass("1s").TellsAmongOthers("c again in 1s: exit code 1", "start c");
        world.Signal(Signal.Term).TellsAmongOthers("b stopped", "c stopped");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_service_that_failed_for_good_is_tried_again_when_it_changed_and_brings_back_its_dependents()
    {
        var world = Running(
            Daemon("a").Policy(RestartPolicy.Never), Daemon("b"), Daemon("x").Needs("late", "a"),
            Daemon("late").ReadyBy(ReadyRule.NotifyFd));
        world.Exits("a", 1).TellsAmongOthers("a failed: exit code 1", "x skipped: a");
        world.Reloads(Changed(Daemon("a")), Daemon("b"), Daemon("x").Needs("late", "a"), Daemon("late").ReadyBy(ReadyRule.NotifyFd))
            .TellsAmongOthers("start a", "a ready");
        world.Notifies("late").TellsAmongOthers("late ready", "start x", "x ready");
    }

    [Fact]
    public void One_that_failed_for_good_is_tried_again_under_another_policy()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Daemon("b"));
        world.Exits("a", 1).Forget();
        world.Reloads(Daemon("a").Policy(RestartPolicy.Never), Daemon("b")).NeverTold("start a").Forget();
        world.Reloads(Daemon("a"), Daemon("b")).TellsAmongOthers("reloaded: restarting ; starting a; removing ; 1 unchanged", "start a");
    }

    [Fact]
    public void A_service_skipped_for_a_dependency_that_it_no_longer_names_starts()
    {
        var world = Running(
            Daemon("a").Policy(RestartPolicy.Never), Daemon("b"), Daemon("x").Needs("late", "a"),
            Daemon("late").ReadyBy(ReadyRule.NotifyFd));
        world.Exits("a", 1).Notifies("late").Forget();
        world.Reloads(
            Daemon("a").Policy(RestartPolicy.Never), Daemon("b"), Daemon("x").Needs("late"), Daemon("late").ReadyBy(ReadyRule.NotifyFd))
            .TellsAmongOthers("start x", "x ready");
    }

    [Fact]
    public void In_a_shutdown_nothing_is_reloaded()
    {
        var world = Running(Daemon("a"));
        world.Program("a").Ignores(Signal.Term);
        world.Signal(Signal.Hup).Signal(Signal.Term).Forget();
        Assert.Contains(new Effect.DropFile(), world.LastEffects);
        world.Reloads(Daemon("b")).Tells();
        world.Post(new SystemEvent.ReloadRefused(["bad"])).Tells();
        world.Signal(Signal.Hup).Tells("SIGHUP ignored");
    }

    [Fact]
    public void More_places_in_the_queue_are_used_at_once()
    {
        ServiceSettings[] services = [Daemon("a"), Daemon("b"), Daemon("c")];
        var world = new World(File([.. services]) with { Shutdown = new ShutdownSettings { MaxConcurrent = 1 } });
        foreach (var service in services)
            world.Program(service.Name).Ignores(Signal.Term);
        world.Begin();
        ServiceSettings[] changed = [.. services.Select(s => Changed(s))];
        world.Reloads(File([.. changed]) with { Shutdown = new ShutdownSettings { MaxConcurrent = 1 } }).TellsAmongOthers("SIGTERM a")
            .Forget();
        world.Reloads(File([.. changed]) with { Shutdown = new ShutdownSettings { MaxConcurrent = 3 } })
            .TellsAmongOthers("SIGTERM b", "SIGTERM c");
    }

    [Fact]
    public void One_that_is_put_back_before_its_turn_to_stop_is_not_touched()
    {
        var world = Running(Daemon("db"), Daemon("app").Needs("db"), Daemon("other"));
        world.Program("app").Ignores(Signal.Term);
        world.Reloads(Daemon("other")).TellsAmongOthers("SIGTERM app");
        world.Reloads(Daemon("db"), Daemon("other")).Tells("reloaded: restarting ; starting ; removing ; 2 unchanged");
        world.Exits("app", 0).Tells("app exit code 0", "app stopped");
        Assert.True(world.Pass("1m").Runs("db"));
        world.Exits("db", 1).Pass("1s").TellsAmongOthers("start db");
    }

    [Fact]
    public void A_service_put_back_otherwise_before_its_turn_to_stop_is_restarted()
    {
        var world = Running(Daemon("db"), Daemon("app").Needs("db"), Daemon("other"));
        world.Program("app").Ignores(Signal.Term);
        world.Reloads(Daemon("other")).Forget();
        world.Reloads(Changed(Daemon("db")), Daemon("other"))
            .TellsAmongOthers("reloaded: restarting ; starting db; removing ; 1 unchanged", "SIGTERM db", "start db");
    }

    [Fact]
    public void The_status_counts_what_the_file_has()
    {
        var world = Running(Daemon("a"), Daemon("b"), Daemon("c"));
        world.Program("c").Ignores(Signal.Term);
        world.Reloads(Daemon("a")).Forget();
        world.Signal(Signal.Usr1).Tells("status of all: 1 of 1", "status of a: Ready, 1 starts", "status of c: Stopping, 1 starts");
    }

    [Fact]
    public void Fewer_retries_hide_no_cleanup_that_fails()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.Program("a").IgnoresEverything();
        world.Reloads(Changed(Daemon("a")), Daemon("b")).Forget();
        // SIGKILL comes after 10 s, then after 1, 2 and 4 more.
        world.Pass("14s").Forget();
        world.Reloads(File(Changed(Daemon("a")), Daemon("b")) with { Shutdown = new ShutdownSettings { Retries = 1 } }).Forget();
        world.Pass("12s").TellsAmongOthers("a cleanup failed after 4");
        Assert.Equal(1, world.RecordOf("a").Cleanups.Failed);
        world.Reloads(File(Changed(Daemon("a")), Daemon("b")) with { Shutdown = new ShutdownSettings { Retries = 6 } }).Forget();
        foreach (var _ in Enumerable.Range(0, 10))
            world.Pass("30s").NeverTold("a cleanup failed after 7").Forget();
        Assert.Equal(1, world.RecordOf("a").Cleanups.Failed);
    }

    [Fact]
    public void Fewer_retries_hide_no_orphan_that_outlives_them()
    {
        var world = Running(Daemon("a"), Daemon("b"));
        world.HasStranger("npx").IgnoresEverything();
        // The orphan is asked to end 20 s after it was found, and is sent SIGKILL after 10 s, then after 1 and 2 more.
        world.Exits("b", 1).Pass("20s").Forget().Pass("13s").TellsAmongOthers("SIGKILL orphan npx", "SIGKILL orphan npx");
        world.Reloads(File(Daemon("a"), Daemon("b")) with { Shutdown = new ShutdownSettings { Retries = 0 } }).Forget();
        var told = world.Pass("5m").Told();
        Assert.Single(told, line => line.StartsWith("orphan npx cleanup failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_signal_is_forwarded_to_what_waits_for_its_turn_to_stop()
    {
        ServiceSettings[] services = [Daemon("a"), Daemon("b")];
        var usr2 = File([.. services]) with
        {
            Shutdown = new ShutdownSettings { MaxConcurrent = 1 }, Signals = [new ForwardedSignal(Signal.FromNumber(12), "b")],
        };
        var world = new World(usr2);
        world.Program("a").Ignores(Signal.Term);
        world.Program("b").Ignores(Signal.FromNumber(12));
        world.Begin();
        world.Reloads(usr2 with { Services = [Changed(services[0]), Changed(services[1])] }).Forget();
        Assert.IsType<RunState.AwaitingStop>(world.RunOf("b"));
        world.Signal(Signal.FromNumber(12));
        Assert.Contains(world.LastEffects, e => e is Effect.SignalMain { Signal: var signal } && signal == Signal.FromNumber(12));
    }

    private static ServiceSettings Changed(ServiceSettings service, string command = "other") =>
        service with { Command = ["/bin/" + command] };

    private static World Running(params ServiceSettings[] services)
    {
        var world = new World(services);
        world.Begin().Forget();
        return world;
    }
}
