using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>A daemon that puts itself into the background, and a daemon that names another main process.</summary>
public sealed class ForkingTests
{
    private static ServiceSettings Forking(string? pidFile = "/run/a.pid") => Daemon("a") with
    {
        IsForking = true, PidFile = pidFile, Ready = ReadyRule.Started, StartTimeout = Span("10s"),
    };

    private static World Begun(ServiceSettings settings, string? line = "500", ProbeBehaviour read = ProbeBehaviour.Succeeds)
    {
        var world = new World(settings);
        world.Program("a").LeavesBehind = true;
        world.Program("a").Probe = read;
        world.Program("a").ProbeSays = (line, 1);
        return world.Begin();
    }

    [Fact]
    public void It_is_ready_with_the_process_that_its_pidfile_names()
    {
        var world = Begun(Forking());
        world.Tells("start a");
        world.Exits("a", 0).Tells("find main of a", "take 500 for main of a", "a main is 500", "a ready", "up");
        Assert.Equal(500, world.PidOf("a"));
        Assert.Equal(500, world.Registry.FindByPid(500)!.Pid);
        world.Program("a").LeavesBehind = false;
        world.Signal(Signal.Term).TellsAmongOthers("SIGTERM a", "exit 0");
    }

    [Fact]
    public void The_end_of_that_process_is_its_end()
    {
        var world = Begun(Forking());
        world.Exits("a", 0).Forget();
        world.Program("a").LeavesBehind = false;
        world.Exits("a", 3).TellsAmongOthers("a exit code 3");
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
    }

    [Fact]
    public void A_pidfile_that_is_not_there_yet_is_read_again_until_the_start_takes_too_long()
    {
        var world = Begun(Forking(), "No such file or directory", ProbeBehaviour.Fails);
        world.Exits("a", 0).Pass("9s").NeverTold("ready");
        world.Forget();
        world.Pass("2s").Told("not ready within 10s before its pidfile /run/a.pid named its main process: No such file or directory");
    }

    [Fact]
    public void A_number_that_is_none_of_its_processes_is_refused()
    {
        var world = new World(Forking());
        world.Program("a").LeavesBehind = true;
        world.Program("a").ProbeSays = ("1", 1);
        world.Program("a").MainRefusals.Enqueue("pid 1 does not belong to this service");
        world.Begin().Exits("a", 0).Tells("start a", "find main of a", "take 1 for main of a");
        Assert.IsType<RunState.Starting>(world.RunOf("a"));
        world.Pass("200ms").TellsAmongOthers("find main of a", "a ready");
    }

    [Fact]
    public void Without_a_pidfile_the_oldest_is_taken_a_moment_later()
    {
        var world = Begun(Forking(null));
        world.Exits("a", 0).Tells("start a");
        world.Pass("100ms").TellsAmongOthers("find main of a", "a ready");
    }

    [Fact]
    public void One_that_leaves_nothing_has_failed()
    {
        var world = new World(Forking());
        world.Begin().Exits("a", 0).Told("exit code 0, and no process of it was found in the background");
    }

    [Fact]
    public void One_that_fails_has_not_gone_into_the_background()
    {
        var world = Begun(Forking());
        world.Exits("a", 4).NeverTold("find main of a");
        Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
    }

    [Fact]
    public void One_that_ends_before_its_main_process_is_known_has_failed()
    {
        var world = Begun(Forking(), "No such file or directory", ProbeBehaviour.Fails);
        world.Exits("a", 0).Forget();
        world.GroupEmpties("a").Told("all of it ended before its pidfile /run/a.pid named its main process: No such file or directory");
    }

    [Fact]
    public void A_stop_meanwhile_asks_all_of_it()
    {
        var world = Begun(Forking(), "", ProbeBehaviour.Hangs);
        world.Exits("a", 0).Forget();
        world.Signal(Signal.Term).TellsAmongOthers("kill helper of a", "SIGTERM group of a", "exit 0");
    }

    [Fact]
    public void An_emergency_meanwhile_kills_all_of_it()
    {
        var world = Begun(Forking(), "", ProbeBehaviour.Hangs);
        world.Program("a").Ignores(Signal.Term);
        world.Exits("a", 0).Signal(Signal.Term).Forget();
        world.Signal(Signal.Term).TellsAmongOthers("SIGKILL group of a");
    }

    [Fact]
    public void A_limit_that_is_passed_meanwhile_ends_it_at_once()
    {
        var step = RunMachine.Step(
            new RunContext(Forking(), NextRun: 8, Jitter: 0.5, IsEnding: false),
            new RunState.Starting(new Run(7, 70, default), Instant.Never, new Readiness.ProbeDue(default, 1)) { IsForked = true },
            new RunEvent.OverLimit("over"), default);
        Assert.IsType<RunState.OthersStopping>(step.State);
    }

    [Fact]
    public void With_a_probe_it_is_probed_once_it_is_in_the_background()
    {
        var probe = new ProbeSettings { Target = new ProbeTarget.Tcp("localhost:1") };
        var world = Begun(Forking() with { Probe = probe, Ready = ReadyRule.Probe });
        world.NeverTold("probe a");
        world.Exits("a", 0).TellsAmongOthers("a main is 500", "probe a", "a ready");
    }

    [Fact]
    public void A_pidfile_that_hangs_is_given_up_on_and_tried_again()
    {
        var world = Begun(Forking() with { StartTimeout = Span("60s") }, "", ProbeBehaviour.Hangs);
        world.Exits("a", 0).Forget();
        world.Pass("6s").TellsAmongOthers("kill helper of a", "find main of a");
    }

    [Fact]
    public void Another_main_process_takes_the_place_of_one_that_runs()
    {
        var world = new World(Daemon("a"));
        world.Begin().Executes("a").Forget();
        var before = world.PidOf("a");
        world.ChangesMain("a").Tells($"a main is {world.PidOf("a")}");
        Assert.NotEqual(before, world.PidOf("a"));
        world.FormerEnds("a").Tells("orphan reaped");
        world.Exits("a", 1).TellsAmongOthers("a exit code 1");
    }

    [Fact]
    public void Another_main_process_in_the_middle_of_a_stop_is_asked_as_well()
    {
        var world = new World(Daemon("a"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget();
        world.ChangesMain("a").TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void A_main_process_that_is_found_while_all_of_it_ends_changes_nothing_of_that()
    {
        var world = Begun(Forking(null));
        world.Program("a").Ignores(Signal.Term);
        world.Exits("a", 0).Signal(Signal.Term).Forget();
        Assert.IsType<RunState.OthersStopping>(world.RunOf("a"));
        world.FindsMain("a");
        Assert.IsType<RunState.Stopping>(world.RunOf("a"));
        world.Program("a").LeavesBehind = false;
        world.Pass("11s").TellsAmongOthers("SIGKILL group of a", "exit 0");
    }

    [Fact]
    public void A_daemon_that_ends_at_once_and_leaves_something_gets_a_hint()
    {
        var world = new World(Daemon("a"));
        world.Program("a").LeavesBehind = true;
        world.Begin().Exits("a", 0).Told("a is in the background?");
    }
}
