using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Loop;

namespace MetaMcp.Init.Tests.Loop;

public sealed class InitLoopTests
{
    private readonly FakeKernel _kernel = new();
    private readonly List<Notice> _told = [];

    [Fact]
    public void Effects_are_performed_in_order_and_answers_taken_before_the_next_wait()
    {
        var code = Run(Daemon("a"), Daemon("b") with { DependsOn = ["a"] });
        Assert.Equal(0, code);
        Assert.Equal(["spawn a", "spawn b", "SIGTERM b", "SIGCONT b", "SIGTERM a", "SIGCONT a", "SIGTERM the rest"], _kernel.Log);
        // The only wait brings the stop; all other events came as answers.
        Assert.Equal([Instant.Never], _kernel.Waits);
    }

    [Fact]
    public void The_exit_code_is_the_supervisors()
    {
        _kernel.ThenWaitBrings(new SystemEvent.ChildEnded(100, ExitStatus.Exited(42), null, OthersLeft: false));
        Assert.Equal(42, Run(Daemon("a") with { Required = true, Restart = Never }));
    }

    [Fact]
    public void It_sleeps_until_the_deadline_and_says_that_time_has_passed()
    {
        var began = _kernel.Now;
        Run(Daemon("a") with { Ready = ReadyRule.NotifyFd, StartTimeout = TimeSpan.FromSeconds(5), Restart = Never }, Daemon("b"));
        Assert.Equal(began + TimeSpan.FromSeconds(5), _kernel.Waits[0]);
        Assert.Contains("SIGTERM a", _kernel.Log);
        Assert.Contains(_told, n => n.ToString() == "a: failed: not ready within 5s");
    }

    [Fact]
    public void A_wait_that_ends_early_is_no_deadline()
    {
        _kernel.ThenWaitBrings().ThenWaitBrings().ThenWaitBrings(new SystemEvent.Notified(1));
        Run(Daemon("a") with { Ready = ReadyRule.NotifyFd, StartTimeout = TimeSpan.FromSeconds(5) });
        Assert.Contains(_told, n => n.Kind == Notices.ServiceReady);
        Assert.DoesNotContain(_told, n => n.Kind == Notices.ServiceRestarting);
    }

    [Fact]
    public void An_event_is_handled_before_a_deadline_that_passed_in_the_meantime()
    {
        _kernel.ThenWaitBrings(new SystemEvent.SignalArrived(Signal.Hup)).ThenWaitBrings(new SystemEvent.Notified(1));
        var loop = new InitLoop(
            _kernel, Supervise(Daemon("a") with { Ready = ReadyRule.NotifyFd, StartTimeout = TimeSpan.FromSeconds(5) }),
            [
                Hear,
                told => _kernel.Now += told.Notice.Kind == Notices.StopSignalIgnored ? TimeSpan.FromSeconds(9) : TimeSpan.Zero,
            ]);
        loop.Run();
        Assert.Contains(_told, n => n.Kind == Notices.ServiceReady);
        Assert.DoesNotContain(_told, n => n.Kind == Notices.ServiceRestarting);
    }

    [Fact]
    public void Deadline_after_deadline_does_not_make_it_deaf()
    {
        var backoff = new BackoffSettings { Initial = TimeSpan.Zero };
        _kernel.ThenWaitBrings(new SystemEvent.ChildEnded(100, ExitStatus.Exited(1), null, OthersLeft: false));
        for (var i = 0; i < 20; i++)
            _kernel.ThenWaitBrings();
        _kernel.ThenWaitBrings(new SystemEvent.SignalArrived(Signal.Term));
        _kernel.Answer = (effect, answers) =>
        {
            if (effect is Effect.Spawn { Settings.Name: "a" } spawn && spawn.RunNumber > 2)
                answers.Enqueue(new SystemEvent.SpawnFailed(spawn.RunNumber, "no process", 111));
            else
                FakeKernel.Obey(effect, answers);
        };
        Assert.Equal(
            0, Run(Daemon("a") with { Restart = new RestartSettings { Backoff = backoff, Policy = RestartPolicy.Always } }, Daemon("b")));
        Assert.False(_kernel.IsStarved);
    }

    [Fact]
    public void An_effect_that_throws_costs_no_other_and_its_service_is_tried_again()
    {
        var throws = 1;
        _kernel.Answer = (effect, answers) =>
        {
            if (effect is Effect.Spawn { Settings.Name: "a" } && throws-- > 0)
                throw new InvalidOperationException("out of something");
            FakeKernel.Obey(effect, answers);
        };
        Assert.Equal(0, Run(Daemon("a"), Daemon("b")));
        Assert.Equal(["spawn a", "spawn b", "spawn a"], _kernel.Log.Take(3));
        Assert.Contains(_told, n => n.Kind == Notices.Bug && n.ToString().Contains("out of something", StringComparison.Ordinal));
    }

    [Fact]
    public void A_probe_that_throws_is_tried_again()
    {
        var throws = 1;
        _kernel.Answer = (effect, answers) =>
        {
            if (effect is Effect.SpawnProbe probe)
            {
                if (throws-- > 0)
                    throw new InvalidOperationException("out of something");
                answers.Enqueue(new SystemEvent.ProbeSpawned(probe.RunNumber, 500));
                answers.Enqueue(new SystemEvent.ChildEnded(500, ExitStatus.Exited(0), null, OthersLeft: false));
                return;
            }
            FakeKernel.Obey(effect, answers);
        };
        Run(Daemon("a") with { Ready = ReadyRule.Probe, Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1") } });
        Assert.Contains(_told, n => n.Kind == Notices.ServiceReady);
    }

    [Fact]
    public void A_wait_that_throws_is_reported_and_survived()
    {
        _kernel.ThenWaitDoes(() => throw new InvalidOperationException("epoll"));
        Assert.Equal(0, Run(Daemon("a")));
        Assert.Single(_told, n => n.Kind == Notices.Bug);
    }

    [Fact]
    public void An_event_that_makes_no_sense_is_reported_and_survived()
    {
        _kernel.ThenWaitBrings(new SystemEvent.Swept(null!, [], [], 0), new SystemEvent.SignalArrived(Signal.Term));
        Assert.Equal(0, Run(Daemon("a")));
        Assert.Single(_told, n => n.Kind == Notices.Bug);
    }

    [Fact]
    public void A_log_that_throws_ends_nothing()
    {
        var loop = new InitLoop(_kernel, Supervise(Daemon("a")), [_ => throw new InvalidOperationException("no memory for words"), Hear]);
        Assert.Equal(0, loop.Run());
        Assert.Contains("SIGTERM a", _kernel.Log);
    }

    [Fact]
    public void An_event_that_met_no_memory_is_handed_over_again_with_the_reserve()
    {
        var supervisor = Supervise(Daemon("a"), Daemon("b"));
        var allocations = 0;
        supervisor.Allocates = () =>
        {
            if (++allocations == 1)
                throw Exhausted;
        };
        Assert.Equal(0, new InitLoop(_kernel, supervisor, [Hear]).Run());
        Assert.Equal(["spawn a", "spawn b"], _kernel.Log.Take(2));
        Assert.Contains(_told, n => n.Kind == Notices.MemoryShort);
        Assert.DoesNotContain(_told, n => n.Kind == Notices.Bug);
    }

    [Fact]
    public void A_stop_is_heard_although_there_is_no_memory_for_a_second()
    {
        var supervisor = Supervise(Daemon("a"));
        var fails = 0;
        _kernel.ThenWaitDoes(() => fails = 15).ThenWaitBrings(new SystemEvent.SignalArrived(Signal.Term));
        supervisor.Allocates = () =>
        {
            if (fails > 0 && fails-- > 0)
                throw Exhausted;
        };
        Assert.Equal(0, new InitLoop(_kernel, supervisor, [Hear]).Run());
        Assert.Single(_told, n => n.Kind == Notices.ShuttingDown);
        Assert.DoesNotContain(_told, n => n.Kind == Notices.Bug || n.Kind == Notices.Emergency);
    }

    [Fact]
    public void An_event_that_fits_into_no_memory_is_given_up_and_what_it_told_is_found_by_comparing()
    {
        var supervisor = Supervise(Daemon("a"), Daemon("b"));
        var isLost = false;
        _kernel.ThenWaitDoes(() => supervisor.Allocates = () => throw Exhausted);
        _kernel.ThenWaitBrings(new SystemEvent.ChildEnded(100, ExitStatus.Exited(1), null, OthersLeft: false));
        for (var i = 0; i < 25; i++)
            _kernel.ThenWaitDoes(() => _kernel.Now += TimeSpan.FromMilliseconds(100));
        _kernel.ThenWaitDoes(() => (supervisor.Allocates, isLost) = (null, true));
        _kernel.Answer = (effect, answers) =>
        {
            if (effect is Effect.Sweep { IsWhole: true } sweep && isLost)
            {
                var believed = sweep.Runs.Single(r => r.RunNumber == 1);
                isLost = false;
                answers.Enqueue(new SystemEvent.Swept([], [], [], 0)
                {
                    Facts = [
                        new RunFacts(believed, IsThere: false, 100, IsExecuted: true, HasMain: false) { Status = ExitStatus.Exited(1) }],
                });
                return;
            }
            FakeKernel.Obey(effect, answers);
        };
        Assert.Equal(0, new InitLoop(_kernel, supervisor, [Hear]).Run());
        Assert.Contains(_told, n => n.Kind == Notices.ServiceExited && n.Service == "a" && n["Status"] is ExitStatus { Code: 1 });
        Assert.Contains("spawn a", _kernel.Log.Skip(2));
        Assert.DoesNotContain(_told, n => n.Kind == Notices.Bug);
    }

    [Fact]
    public void An_effect_that_met_no_memory_is_done_again()
    {
        var throws = 1;
        _kernel.Answer = (effect, answers) =>
        {
            if (effect is Effect.SignalMain && throws-- > 0)
                throw Exhausted;
            FakeKernel.Obey(effect, answers);
        };
        Assert.Equal(0, Run(Daemon("a")));
        Assert.Equal(["spawn a", "SIGTERM a", "SIGTERM a"], _kernel.Log.Take(3));
        Assert.DoesNotContain(_told, n => n.Kind == Notices.Bug);
    }

    [Fact]
    public void The_reserve_is_taken_back_when_there_is_room_for_it()
    {
        var reserve = new MemoryReserve();
        Assert.False(reserve.TakeBack(_kernel.Now));
        Assert.True(reserve.GiveUp(_kernel.Now));
        Assert.False(reserve.GiveUp(_kernel.Now));
        Assert.False(reserve.TakeBack(_kernel.Now + TimeSpan.FromSeconds(9)));
        Assert.True(reserve.TakeBack(_kernel.Now + TimeSpan.FromSeconds(10)));
        Assert.True(reserve.GiveUp(_kernel.Now));
    }

#pragma warning disable CA2201 // It stands for the runtime's own.
    private static OutOfMemoryException Exhausted => new();
#pragma warning restore CA2201

    private static RestartSettings Never { get; } = new() { Policy = RestartPolicy.Never };

    private static ServiceSettings Daemon(string name) => new() { Name = name, Command = ["/bin/" + name] };

    private Supervisor Supervise(params ServiceSettings[] services) =>
        new(Plan.Build(new Settings { Services = [.. services] }).Plan!, seed: 1, _kernel.Now);

    [Fact]
    public void Each_listener_hears_each_notice_with_the_same_number_whichever_of_them_fails()
    {
        var (before, after) = (new List<(long, Notice)>(), new List<(long, Notice)>());
        var loop = new InitLoop(
            _kernel, Supervise(Daemon("a")),
            [
                told => before.Add((told.Sequence, told.Notice)),
                told => throw new InvalidOperationException($"cannot tell {told.Sequence}"),
                told => after.Add((told.Sequence, told.Notice)),
            ]);
        Assert.Equal(0, loop.Run());
        Assert.Equal(before, after);
        Assert.Equal(Enumerable.Range(1, before.Count).Select(n => (long)n), before.Select(told => told.Item1));
        Assert.Contains(before, told => told.Item2.Kind == Notices.Down);
    }

    private void Hear(ToldNotice told) => _told.Add(told.Notice);

    private int Run(params ServiceSettings[] services) => new InitLoop(_kernel, Supervise(services), [Hear]).Run();
}
