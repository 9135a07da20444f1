using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>Requests that act, in every state of a service.</summary>
public sealed class OperatorTests
{
    private static readonly BackoffSettings Slow = new() { Initial = Span("30s"), Max = Span("30s"), Jitter = 0 };

    /// <summary>Each way to a state of the service <c>a</c>; <c>db</c> and <c>keep</c> are there too.</summary>
    private static readonly Dictionary<string, (Func<World> Make, ServiceCondition Condition)> Ways = new()
    {
        ["waiting"] = (() => Of(Daemon("a").Needs("db"), dbIsProbed: true), ServiceCondition.Waiting),
        ["spawning"] = (
            () => With(Daemon("a"), w => w.Program("a").SpawnAnswer = SpawnAnswer.WhenTold), ServiceCondition.Starting),
        ["awaiting exec"] = (() => With(Daemon("a"), w => w.Program("a").HoldsExec = true), ServiceCondition.Starting),
        ["starting"] = (
            () => With(Daemon("a").Probed(), w => w.Program("a").Probe = ProbeBehaviour.Fails), ServiceCondition.Starting),
        ["probing"] = (
            () => With(Daemon("a").Probed(), w => w.Program("a").Probe = ProbeBehaviour.Hangs), ServiceCondition.Starting),
        ["ready"] = (() => Of(Daemon("a")), ServiceCondition.Ready),
        ["failing"] = (
            () =>
            {
                var world = Of(Daemon("a").Probed());
                world.Program("a").Probe = ProbeBehaviour.Fails;
                return world.Pass("16s");
            },
            ServiceCondition.Failing),
        ["stopping"] = (
            () =>
            {
                var world = With(Daemon("a"), w => w.Program("a").Ignores(Signal.Term));
                return world.Asks(ControlVerb.Restart, "a");
            },
            ServiceCondition.Stopping),
        ["others"] = (
            () =>
            {
                var world = With(Daemon("a"), w =>
                {
                    w.Program("a").LeavesBehind = true;
                    w.Program("a").Ignores(Signal.Term);
                });
                return world.Exits("a", 1);
            },
            ServiceCondition.Stopping),
        ["backoff"] = (() => Of(Daemon("a").Backoff(Slow)).Exits("a", 3), ServiceCondition.Backoff),
        ["open"] = (() => Opened(), ServiceCondition.Open),
        ["trial"] = (
            () =>
            {
                var world = Opened();
                world.Program("a").HoldsExec = true;
                while (world.RowOf("a").Condition == ServiceCondition.Open)
                    world.Pass("1s");
                return world;
            },
            ServiceCondition.Trial),
        ["completed"] = (() => Of(Oneshot("a")).Exits("a", 0), ServiceCondition.Completed),
        ["finished"] = (() => Of(Daemon("a").Policy(RestartPolicy.Never)).Exits("a", 0), ServiceCondition.Finished),
        ["failed"] = (() => Of(Daemon("a").Policy(RestartPolicy.Never)).Exits("a", 3), ServiceCondition.Failed),
        ["skipped"] = (() => OfBroken(), ServiceCondition.Skipped),
        ["held"] = (() => Of(Daemon("a")).Asks(ControlVerb.Stop, "a"), ServiceCondition.Stopped),
    };

    public static TheoryData<string> States => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(States))]
    public void Each_state_has_its_word(string state) => Assert.Equal(Ways[state].Condition, Ways[state].Make().RowOf("a").Condition);

    [Theory]
    [MemberData(nameof(States))]
    public void A_service_that_is_stopped_in_any_state_ends_and_is_not_started_again(string state)
    {
        var world = Ways[state].Make();
        // A skipped service would come back with its dependency.
        var wasOver = StatePredicates.IsOver(world.StateOf("a")) && world.StateOf("a") is not ServiceState.Skipped;
        world.Asks(ControlVerb.Stop, "a");
        var target = Assert.IsType<TargetRow>(world.Answers[0]);
        Assert.Equal(("a", wasOver), (target.Name, target.IsUnchanged));
        Assert.Equal(ControlError.None, Assert.IsType<EndRow>(world.Answers[^1]).Error);
        Release(world, state);
        var starts = world.RowOf("a").Starts;
        world.Pass("1h");
        Assert.True(StatePredicates.IsOver(world.StateOf("a")), $"{world.StateOf("a")}");
        Assert.Equal(starts, world.RowOf("a").Starts);
        Assert.Null(world.ExitCode);
        if (!wasOver)
            Assert.Equal((ServiceCondition.Stopped, "by root (pid 8)"), (world.RowOf("a").Condition, world.RowOf("a").Why));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_service_that_is_started_in_any_state_runs_soon(string state)
    {
        var world = Ways[state].Make();
        var running = world.StateOf("a") is ServiceState.Active { Run: not Core.Runs.EndingState };
        world.Asks(ControlVerb.Start, "a");
        Assert.Equal(running, Assert.IsType<TargetRow>(world.Answers[0]).IsUnchanged);
        Help(world, state);
        Assert.True(
            world.RowOf("a").Condition is ServiceCondition.Ready or ServiceCondition.Failing ||
                (state == "completed" && world.RowOf("a") is { Condition: ServiceCondition.Completed, Starts: 2 }),
            $"{world.StateOf("a")}");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_service_that_is_restarted_in_any_state_has_started_once_more(string state)
    {
        var world = Ways[state].Make();
        world.Asks(ControlVerb.Restart, "a");
        var before = Assert.IsType<TargetRow>(world.Answers[0]);
        Help(world, state);
        Assert.True(world.RowOf("a").Starts > before.Starts, $"{world.RowOf("a").Starts} starts, {before.Starts} before");
        Assert.Null(world.ExitCode);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_stop_and_a_start_together_leave_it_running(string state)
    {
        var world = Ways[state].Make();
        world.PostTogether(Asked(ControlVerb.Stop), Asked(ControlVerb.Start));
        Help(world, state);
        Assert.False(
            world.RowOf("a").Condition is ServiceCondition.Stopped or ServiceCondition.Stopping, $"{world.StateOf("a")}");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_start_and_a_stop_together_leave_it_stopped(string state)
    {
        var world = Ways[state].Make();
        world.PostTogether(Asked(ControlVerb.Start), Asked(ControlVerb.Stop));
        Release(world, state);
        world.Pass("1h");
        Assert.True(StatePredicates.IsOver(world.StateOf("a")), $"{world.StateOf("a")}");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_signal_reaches_a_main_process_and_nothing_else(string state)
    {
        var world = Ways[state].Make();
        world.Program("a").Ignores(Signal.FromNumber(23), Signal.Term);
        world.Forget().Asks(new ControlRequest(ControlVerb.Signal) { Names = ["a"], Signal = Signal.FromNumber(23) });
        var target = Assert.IsType<TargetRow>(world.Answers[0]);
        var sent = world.Told().Contains("SIGURG a");
        Assert.Equal(!target.IsUnchanged, sent);
        if (state is "ready" or "failing" or "starting" or "probing")
            Assert.True(sent);
        if (StatePredicates.RunStateOf(world.StateOf("a")) is null)
            Assert.False(sent);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_reload_of_the_same_file_does_not_start_what_was_stopped(string state)
    {
        var world = Ways[state].Make();
        if (StatePredicates.IsOver(world.StateOf("a")))
            return;
        world.Asks(ControlVerb.Stop, "a");
        Release(world, state);
        world.Pass("1h");
        var starts = world.RowOf("a").Starts;
        world.Reloads(world.Supervisor.Plan.Settings).Pass("1h");
        Assert.Equal((starts, ServiceCondition.Stopped), (world.RowOf("a").Starts, world.RowOf("a").Condition));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_required_service_or_the_only_one_that_is_stopped_does_not_end_the_container(bool isRequired)
    {
        var only = isRequired ? Daemon("a").Required() : Daemon("a");
        var world = new World(File(only) with { Init = new InitSettings { ExitWhen = ExitRule.AnyExits } }).Begin();
        world.Asks(ControlVerb.Stop, "a").Pass("1h");
        Assert.Null(world.ExitCode);
        Assert.IsType<Phase.Running>(world.Phase);
        Assert.Empty(world.Looks(new ControlRequest(ControlVerb.Status)).OfType<SystemRow>().Single().Missing);
        world.Asks(ControlVerb.Start, "a");
        Assert.True(world.Runs("a"));
        world.Signal(Signal.Term);
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void Dependents_that_wait_for_a_stopped_service_go_on_waiting_and_start_when_it_starts()
    {
        var world = new World(Daemon("db").Probed(), Daemon("app").Needs("db"), Daemon("keep"));
        world.Program("db").Probe = ProbeBehaviour.Hangs;
        world.Begin().Asks(ControlVerb.Stop, "db").Pass("1h");
        Assert.Equal((ServiceCondition.Waiting, "waits for db"), (world.RowOf("app").Condition, world.RowOf("app").Why));
        world.Program("db").Probe = ProbeBehaviour.Succeeds;
        world.Asks(ControlVerb.Start, "db");
        Assert.Equal(ServiceCondition.Ready, world.RowOf("app").Condition);
    }

    [Theory]
    [InlineData(ControlVerb.Restart, true)]
    [InlineData(ControlVerb.Restart, false)]
    [InlineData(ControlVerb.Start, false)]
    public void A_start_that_would_wait_for_a_held_dependency_is_refused_before_anything_is_done(ControlVerb verb, bool isRunning)
    {
        var world = Of(Daemon("a").Needs("db"));
        world.Asks(ControlVerb.Stop, isRunning ? ["db"] : ["db", "a"]).Forget();
        world.Asks(verb, "keep", "a").Tells();
        var end = Assert.IsType<EndRow>(Assert.Single(world.Answers));
        Assert.Equal(ControlError.State, end.Error);
        Assert.StartsWith("db is held, since an operator has stopped it, and keep, a would wait", end.Text, StringComparison.Ordinal);
        Assert.EndsWith($"mcp-init {ControlVerbs.Word(verb)} db keep a", end.Text, StringComparison.Ordinal);
        Assert.Equal((isRunning, true), (world.Runs("a"), world.Runs("keep")));
        world.Asks(verb, "a", "db");
        Assert.Equal((ServiceCondition.Ready, ServiceCondition.Ready), (world.RowOf("a").Condition, world.RowOf("db").Condition));
    }

    [Fact]
    public void A_dependency_that_waits_for_a_held_one_is_no_way_around_it()
    {
        var world = new World(Daemon("db").Probed(), Daemon("mid").Needs("db"), Daemon("a").Needs("mid"), Daemon("keep"));
        world.Program("db").Probe = ProbeBehaviour.Hangs;
        world.Begin().Asks(ControlVerb.Stop, "db").Asks(ControlVerb.Restart, "a");
        Assert.StartsWith("db is held", Assert.IsType<EndRow>(Assert.Single(world.Answers)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dependency_that_failed_and_waits_for_a_held_one_is_no_way_around_it_either()
    {
        var world = new World(Daemon("db"), Daemon("mid").Needs("db"), Daemon("a").Needs("mid"), Daemon("keep")).Begin();
        world.Asks(ControlVerb.Stop, "db").Exits("mid", 3);
        Assert.NotEqual(ServiceCondition.Ready, world.RowOf("mid").Condition);
        world.Asks(ControlVerb.Restart, "a");
        Assert.StartsWith("db is held", Assert.IsType<EndRow>(Assert.Single(world.Answers)).Text, StringComparison.Ordinal);
        Assert.True(world.Runs("a"));
    }

    [Fact]
    public void A_start_of_a_service_that_runs_has_nothing_to_wait_for()
    {
        var world = Of(Daemon("a").Needs("db"));
        world.Asks(ControlVerb.Stop, "db").Asks(ControlVerb.Start, "a");
        Assert.True(Assert.IsType<TargetRow>(world.Answers[0]).IsUnchanged);
    }

    [Fact]
    public void A_service_whose_circuit_is_open_starts_at_once()
    {
        var world = Opened();
        var at = world.Elapsed;
        world.Asks(ControlVerb.Start, "a");
        Assert.Equal((at, true), (world.Elapsed, world.Runs("a")));
    }

    [Fact]
    public void A_request_with_a_name_that_is_not_known_changes_nothing()
    {
        var world = Of(Daemon("a"));
        world.Asks(ControlVerb.Stop, "a", "kepe");
        var end = Assert.IsType<EndRow>(Assert.Single(world.Answers));
        Assert.Equal(ControlError.UnknownName, end.Error);
        Assert.Contains("did you mean \"keep\"", end.Text, StringComparison.OrdinalIgnoreCase);
        Assert.True(world.Runs("a"));
    }

    [Fact]
    public void A_name_that_stands_twice_is_stopped_once()
    {
        var world = Of(Daemon("a"));
        world.Forget().Asks(ControlVerb.Stop, "a", "a");
        Assert.Single(world.Told(), line => line == "SIGTERM a");
    }

    [Fact]
    public void The_asker_is_in_the_events()
    {
        var world = Of(Daemon("a"));
        world.Asks(ControlVerb.Restart, "a", "keep");
        Assert.Contains(
            world.Looks(new ControlRequest(ControlVerb.Events)).OfType<EventRow>(),
            e => e.Name == "operator.asked" && e.Text == "restart a keep: asked by root (pid 8)");
    }

    [Fact]
    public void A_shutdown_that_is_asked_for_is_the_same_as_by_a_signal()
    {
        var world = Of(Daemon("a"));
        world.Forget().Asks(ControlVerb.Shutdown).TellsAmongOthers(
            "asked: shutdown", "shutting down: asked by root (pid 8)", "SIGTERM a", "exit 0");
    }

    [Fact]
    public void An_emergency_kills_at_once_whether_a_shutdown_is_under_way_or_not()
    {
        foreach (var isUnderWay in (bool[])[false, true])
        {
            var world = With(Daemon("a"), w => w.Program("a").Ignores(Signal.Term));
            if (isUnderWay)
                world.Signal(Signal.Term);
            world.Forget().Asks(new ControlRequest(ControlVerb.Shutdown) { IsEmergency = true });
            world.TellsAmongOthers("SIGKILL group of a", "exit 0");
        }
    }

    [Theory]
    [InlineData(ControlVerb.Start)]
    [InlineData(ControlVerb.Stop)]
    [InlineData(ControlVerb.Restart)]
    [InlineData(ControlVerb.Reload)]
    public void During_a_shutdown_nothing_else_is_begun(ControlVerb verb)
    {
        var world = With(Daemon("a"), w => w.Program("a").Ignores(Signal.Term));
        world.Signal(Signal.Term).Forget();
        world.Asks(verb, verb == ControlVerb.Reload ? [] : ["a"]).Tells();
        Assert.Equal(ControlError.State, Assert.IsType<EndRow>(Assert.Single(world.Answers)).Error);
    }

    [Fact]
    public void A_second_shutdown_is_no_reason_to_kill()
    {
        var world = With(Daemon("a"), w => w.Program("a").Ignores(Signal.Term));
        world.Asks(ControlVerb.Shutdown).Forget().Asks(ControlVerb.Shutdown);
        Assert.DoesNotContain(world.Told(), line => line.StartsWith("SIGKILL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("failed")]
    [InlineData("unhealthy")]
    [InlineData("timeout")]
    [InlineData("dependency")]
    [InlineData("reload")]
    public void Each_restart_is_counted_once_with_its_reason(string reason)
    {
        var service = reason switch
        {
            "unhealthy" => Daemon("a").Probed(),
            "timeout" => Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("5s"),
            "dependency" => Daemon("a").Needs("db") with { RestartWith = ["db"] },
            _ => Daemon("a"),
        };
        var world = Of(service);
        switch (reason)
        {
            case "operator":
                world.Asks(ControlVerb.Restart, "a");
                break;
            case "failed":
                world.Exits("a", 3);
                break;
            case "unhealthy":
                world.Program("a").Probe = ProbeBehaviour.Fails;
                while (world.RowOf("a").Condition is ServiceCondition.Ready or ServiceCondition.Failing)
                    world.Pass("1s");
                world.Program("a").Probe = ProbeBehaviour.Succeeds;
                break;
            case "timeout":
                world.Pass("5s");
                break;
            case "dependency":
                world.Exits("db", 3);
                break;
            case "reload":
                var settings = world.Supervisor.Plan.Settings;
                world.Reloads(settings with
                {
                    Services = [.. settings.Services.Select(s => s.Name == "a" ? s with { Command = ["/bin/other"] } : s)],
                });
                break;
        }
        world.Pass("3s");
        var counted = world.Looks(new ControlRequest(ControlVerb.Metrics)).OfType<CountRow>()
            .Where(c => c.Family == "restarts_total" && c.Name == "a").Select(c => (c.Label, c.Value));
        Assert.Equal([(reason, 1L)], counted);
        // As NRestarts of systemd: what a person has asked for is no restart of mcp-init's.
        Assert.Equal(reason is "operator" or "reload" ? 0 : 1, world.RowOf("a").Restarts);
        world.Asks(ControlVerb.Stop, "a").Pass("1m").Asks(ControlVerb.Start, "a").Pass("1m");
        Assert.True(world.RowOf("a").Starts >= (reason == "timeout" ? 2 : 3));
        if (reason != "timeout")
            Assert.Equal(reason is "operator" or "reload" ? 0 : 1, world.RowOf("a").Restarts);
    }

    private static SystemEvent.Asked Asked(ControlVerb verb) =>
        new(1, new ControlRequest(verb) { Names = ["a"] }, "root (pid 8)");

    private static World Of(ServiceSettings a, bool dbIsProbed = false)
    {
        var world = new World(dbIsProbed ? Daemon("db").Probed() : Daemon("db"), Daemon("keep"), a);
        if (dbIsProbed)
            world.Program("db").Probe = ProbeBehaviour.Hangs;
        return world.Begin();
    }

    private static World With(ServiceSettings a, Action<World> prepare)
    {
        var world = new World(Daemon("db"), Daemon("keep"), a);
        prepare(world);
        return world.Begin();
    }

    private static World Opened()
    {
        var breaker = new BreakerSettings { Failures = 1 };
        return Of(Daemon("a") with { Restart = Restart with { Breaker = breaker } }).Exits("a", 3);
    }

    private static World OfBroken()
    {
        var world = new World(Daemon("keep"), Oneshot("db").Policy(RestartPolicy.Never), Daemon("a").Needs("db"));
        return world.Begin().Exits("db", 3);
    }

    /// <summary>The kernel answers what it held back.</summary>
    private static void Release(World world, string state)
    {
        if (state == "spawning")
        {
            world.Program("a").SpawnAnswer = SpawnAnswer.AtOnce;
            world.AnswersSpawn("a");
        }
        world.Program("a").HoldsExec = false;
        if (state is "awaiting exec" or "trial" && world.Runs("a"))
            world.Executes("a");
        if (state is "stopping" or "others")
            world.Pass("30s");
    }

    /// <summary>From now on everything succeeds.</summary>
    private static void Help(World world, string state)
    {
        world.Program("a").Probe = world.Program("db").Probe = ProbeBehaviour.Succeeds;
        Release(world, state);
        if (state == "waiting")
            world.Pass("1m");
        if (state == "completed" && world.Runs("a"))
            world.Exits("a", 0);
        if (state == "skipped")
            world.Asks(ControlVerb.Start, "db").Exits("db", 0);
        world.Pass("1m");
    }
}
