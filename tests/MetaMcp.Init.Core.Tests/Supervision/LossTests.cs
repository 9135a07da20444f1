using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Everything that is lost because memory ran out is found again; <see cref="Forgetful"/> loses it.</summary>
public sealed class LossTests
{
    [Fact]
    public void A_restart_that_is_asked_for_where_memory_ends_is_asked_for_when_there_is_some()
    {
        var isOver = false;
        for (var allocations = 0; !isOver; allocations++)
        {
            var world = new World(Daemon("db"), Daemon("app").Needs("db") with { RestartWith = ["db"] });
            world.Begin();
            var ended = new SystemEvent.ChildEnded(world.PidOf("db"), ExitStatus.Exited(1), null, OthersLeft: false);
            isOver = !Handled(world, ended, world.Now, allocations);
            Assert.True(world.RunOf("app") is RunState.Stopping, $"allocation {allocations}: app is {world.StateOf("app")}");
        }
    }

    [Fact]
    public void A_service_that_the_end_of_the_startup_gives_up_without_memory_is_given_up_when_there_is_some()
    {
        var isOver = false;
        for (var allocations = 0; !isOver; allocations++)
        {
            var late = Daemon("late").ReadyBy(ReadyRule.NotifyFd) with { StartTimeout = Span("1h") };
            var world = new World(File(late, late with { Name = "later" }));
            world.Begin().Pass("59s");
            isOver = !Handled(world, SystemEvent.TimePassed.Instance, world.Now + Span("2s"), allocations);
            Assert.True(world.RunOf("late") is RunState.Stopping, $"allocation {allocations}: late is {world.StateOf("late")}");
            Assert.True(world.RunOf("later") is RunState.Stopping, $"allocation {allocations}: later is {world.StateOf("later")}");
        }
    }

    /// <summary>
    /// Handles an event while memory runs out at one allocation, and again afterwards if it has to be. Returns whether memory ran out.
    /// </summary>
    private static bool Handled(World world, SystemEvent happened, Instant now, int allocations)
    {
        var (left, hasEnded, isTaken) = (allocations, false, true);
        world.Supervisor.Allocates = () => hasEnded |= left-- == 0 ? throw MemoryEnds.Here : false;
        try
        {
            world.Supervisor.Handle(happened, now);
        }
        catch (OutOfMemoryException)
        {
            isTaken = false;
        }
        world.Supervisor.Allocates = null;
        world.Supervisor.Handle(isTaken ? SystemEvent.TimePassed.Instance : happened, now + Span("100ms"));
        return left < 0;
    }

    [Fact]
    public void Everything_runs_again_when_there_is_memory_again_and_a_stop_ends()
    {
        for (var seed = 0; seed < 250; seed++)
        {
            var world = new Forgetful(PlanOf(seed), seed);
            try
            {
                Live(world, seed);
            }
            catch (Exception broken)
            {
                throw new InvalidOperationException($"seed {seed}: {broken.Message}\n{string.Join('\n', world.Trace.TakeLast(120))}",
                    broken);
            }
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(80)]
    public void A_stop_ends_in_time_also_while_there_is_none(int shortage)
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var world = new Forgetful(PlanOf(seed), seed);
            world.Post(new SystemEvent.Begin());
            world.Pass(TimeSpan.FromSeconds(20));
            world.Shortage = shortage;
            world.Post(new SystemEvent.SignalArrived(Signal.Term));
            world.Pass(TimeSpan.FromSeconds(45));
            Assert.True(
                world.ExitCode == 0, $"seed {seed}: {world.ExitCode}, {world.Phase}\n{string.Join('\n', world.Trace.TakeLast(80))}");
            Assert.DoesNotContain(world.Told, n => n.Kind == Notices.Bug);
        }
    }

    [Fact]
    public void A_start_that_is_never_answered_is_asked_after()
    {
        var world = new World(Daemon("a"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Begin().Pass("4900ms");
        Assert.Empty(world.Sweeps);
        world.Pass("100ms");
        Assert.Equal([new RunBelief(1, RunStage.Asked, 0)], Assert.Single(world.Sweeps).Runs);
    }

    [Fact]
    public void A_deadline_whose_event_met_no_memory_comes_again()
    {
        var world = new World(Daemon("a").Policy(RestartPolicy.Always));
        world.Begin().Exits("a", 1).Forget();
        var supervisor = world.Supervisor;
        var due = supervisor.Due;
        supervisor.Allocates = () => throw MemoryEnds.Here;
        Assert.Throws<OutOfMemoryException>(() => supervisor.Handle(SystemEvent.TimePassed.Instance, due));
        supervisor.Allocates = null;
        Assert.Equal(due + TimeSpan.FromMilliseconds(100), supervisor.Due);
        Assert.Contains(supervisor.Handle(SystemEvent.TimePassed.Instance, supervisor.Due), e => e is Effect.Spawn);
    }

    [Fact]
    public void A_stop_that_met_no_memory_is_heard_once_when_it_is_handed_over_again()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Begin().Forget();
        for (var allocations = 0; ; allocations++)
        {
            var again = new World(Daemon("a"), Daemon("b"));
            again.Begin();
            var (left, supervisor) = (allocations, again.Supervisor);
            var hasEnded = false;
            supervisor.Allocates = () => hasEnded |= left-- == 0 ? throw MemoryEnds.Here : false;
            try
            {
                supervisor.Handle(new SystemEvent.SignalArrived(Signal.Term), again.Now);
                supervisor.Allocates = null;
            }
            catch (OutOfMemoryException)
            {
                supervisor.Allocates = null;
                supervisor.Handle(new SystemEvent.SignalArrived(Signal.Term), again.Now);
            }
            Assert.IsType<Phase.ShuttingDown>(supervisor.Phase);
            if (left >= 0)
                break;
        }
    }

    [Fact]
    public void A_run_that_the_kernel_does_not_have_any_more_has_ended_with_what_is_known_of_it()
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget();
        var believed = RunBeliefs.Of(world.RunOf("a"))!.Value;
        world.Post(new SystemEvent.Swept([], [], [], 0)
        {
            Facts = [
                new RunFacts(believed, IsThere: false, believed.Main, IsExecuted: true, HasMain: false) { Status = ExitStatus.Exited(3) }],
        });
        world.TellsAmongOthers("a exit code 3", "a again in 1s: exit code 3");
    }

    [Fact]
    public void An_end_that_was_reported_meanwhile_is_not_reported_twice()
    {
        var world = new World(Daemon("a"));
        world.Begin();
        var believed = RunBeliefs.Of(world.RunOf("a"))!.Value;
        var facts = new RunFacts(
            believed, IsThere: false, believed.Main, IsExecuted: true, HasMain: false) { Status = ExitStatus.Exited(3) };
        world.Exits("a", 3).Forget();
        world.Post(new SystemEvent.Swept([], [], [], 0) { Facts = [facts] }).Tells();
        Assert.Equal(0, world.Supervisor.Repairs);
    }

    private static void Live(Forgetful world, int seed)
    {
        world.Post(new SystemEvent.Begin());
        world.Shortage = 5 + (seed % 5 * 10);
        for (var turn = 0; turn < 60; turn++)
            world.Act();
        world.Shortage = 0;
        world.Pass(TimeSpan.FromMinutes(5));
        Assert.Null(world.ExitCode);
        Assert.DoesNotContain(
            world.Told, n => n.Kind.LogName is
                nameof(Notices.ServiceFailed) or nameof(Notices.Bug) or nameof(Notices.CleanupFailed) or nameof(Notices.ShuttingDown) or
                nameof(Notices.ServiceSkipped));
        foreach (var service in world.Plan.Services)
        {
            var state = world.Supervisor.StateOf(service.Index);
            Assert.True(state is ServiceState.Active { Run: RunState.Ready } or ServiceState.Completed, $"{service.Name} is {state}");
        }
        Assert.Equal(
            world.Plan.Services.Where(s => s.Settings.Type == ServiceType.Daemon).Select(s => s.Index),
            world.Running.Select(r => r.Service).Order());
        Assert.All(world.Running, r => Assert.Equal(r.Run, StatePredicates.RunOf(world.Supervisor.StateOf(r.Service))));
        Assert.All(
            world.Supervisor.Registry.Entries.Where(e => e.Kind == EntryKind.Run),
            e => Assert.Equal(e.Sequence, StatePredicates.RunOf(world.Supervisor.StateOf(Assert.IsType<RunOwner.Service>(e.Owner).Index))));
        world.Post(new SystemEvent.SignalArrived(Signal.Term));
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(0, world.ExitCode);
        Assert.DoesNotContain(
            world.Told, n => n.Kind.LogName is nameof(Notices.BeyondKill) or nameof(Notices.Emergency) or nameof(Notices.Bug));
    }

    private static Plan PlanOf(int seed)
    {
        var restart = new RestartSettings
        {
            Policy = RestartPolicy.Always, Backoff = new BackoffSettings { Max = TimeSpan.FromSeconds(2) },
                Breaker = new BreakerSettings { Failures = 1000 },
        };
        ServiceSettings[] services =
        [
            Daemon("db") with { Restart = restart },
            Daemon("web").Needs("db").Probed() with { Restart = restart, StopCommand = seed % 2 == 0 ? ["/bin/stop"] : [] },
            Daemon("worker").Needs("web") with { Restart = restart, RestartWith = seed % 3 == 0 ? ["web"] : [] },
            Daemon("lone") with { Restart = restart, Required = true },
            Daemon("background") with { Restart = restart, IsForking = true, PidFile = seed % 2 == 0 ? "/run/b.pid" : null },
        ];
        return Plan.Build(File([.. services]) with
        {
            Startup = new StartupSettings { Retries = 1000, Timeout = TimeSpan.FromHours(1) },
            Shutdown = new ShutdownSettings { MaxConcurrent = 1 + (seed % 2), Timeout = TimeSpan.FromSeconds(30) },
        }).Plan!;
    }
}
