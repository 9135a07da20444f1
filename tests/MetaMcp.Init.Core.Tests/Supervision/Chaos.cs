using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// A kernel that does anything a kernel may do, in any order that the bytes decide: it answers late, ends processes at any moment, uses
/// pids again at once, and lets time pass. It checks each effect against the events that the supervisor has had so far. At the end it
/// asks for a stop, obeys SIGKILL, and expects the exit in time.
/// </summary>
internal sealed class Chaos
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly RunOwners _owners = new();
    private readonly Plan _plan;
    private readonly Supervisor _supervisor;
    private readonly Queue<SystemEvent> _answers = new();
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<int, Group> _groups = [];
    private readonly Told[] _told;
    private readonly List<(Instant At, object What)> _trace = [];
    private Instant _now = new(1_000_000_000_000);
    private Instant? _endBegan;
    private bool _emergency;
    private bool _isCommandRunning;
    private bool _areStallsWatched;
    private long _message;
    private bool _beyondKill;
    private int? _exitCode;

    public Chaos(Plan plan, ulong seed)
    {
        _plan = plan;
        _told = [.. plan.Services.Select(_ => new Told())];
        // In every other case the kernel counts memory, and the container has a limit of its own.
        _supervisor = seed % 2 == 0
            ? new Supervisor(plan, seed, _now, counted: Controllers.All, hasOwnLimit: true)
            : new Supervisor(plan, seed, _now, Controllers.All);
    }

    public int Events { get; private set; }

    /// <summary>The number of requests of operators.</summary>
    public int Asked { get; private set; }

    /// <summary>The number of times that another process became the main process.</summary>
    public int Successions { get; private set; }

    public string Trace =>
        string.Join('\n', _trace.Select(t => $"{t.At.Nanoseconds / 1_000_000} {(t.What is Effect ? "    " : "")}{t.What}"));

    public void Run(ReadOnlySpan<byte> choices)
    {
        Handle(new SystemEvent.Begin());
        foreach (var choice in choices)
        {
            if (_exitCode is not null)
                break;
            Act(choice % 16, choice / 16);
        }
        // A kernel that is slow to obey SIGKILL takes the full time twice: once for services and once for orphans.
        var patience = Supervisor.KillPatience * (_endBegan is null ? 1 : 2);
        if (_exitCode is null)
            End();
        var began = Assert.NotNull(_endBegan);
        Assert.InRange(_now - began, TimeSpan.Zero, _plan.Settings.Shutdown.Timeout + patience + Slack);
        if (!_beyondKill)
            Assert.All(
                _plan.Services,
                s => Assert.True(StatePredicates.IsOver(_supervisor.StateOf(s.Index)), $"{s.Name} is {_supervisor.StateOf(s.Index)}"));
    }

    private void Act(int action, int pick)
    {
        var mains = _processes.Values.Where(p => p.Kind == ProcessKind.Main && !p.IsDying).ToList();
        switch (action)
        {
            case 0 or 1 or 2 or 3 when _answers.TryDequeue(out var answer):
                Handle(answer);
                break;
            case 4 or 5 when mains.Find(p => p is { IsKnown: true, IsExecuted: false }) is { } main:
                main.IsExecuted = true;
                Handle(new SystemEvent.Executed(main.Run));
                break;
            case 6 when mains.Count > 0 && mains[pick % mains.Count] is { IsKnown: true } main:
                Handle(new SystemEvent.Notified(main.Run));
                break;
            case 7 or 8 when mains.Count > 0 && mains[pick % mains.Count] is { IsKnown: true } main:
                Collect(main, pick switch
                {
                    < 8 => ExitStatus.Exited(0),
                    < 11 => ExitStatus.Exited(3),
                    < 14 => ExitStatus.Exited(1),
                    _ => ExitStatus.KilledBy(Signal.FromNumber(11)),
                });
                break;
            case 9 when _processes.Values.FirstOrDefault(
                p => p is { Kind: ProcessKind.Probe or ProcessKind.StopCommand, IsKnown: true, IsDying: false }) is { } probe:
                Collect(probe, ExitStatus.Exited(pick % 2), words: $"{pick / 2 % 4}");
                break;
            case 10 or 11 when _processes.Values.FirstOrDefault(p => p is { IsDying: true, IsKnown: true }) is { } dying:
                Collect(dying, ExitStatus.KilledBy(Signal.Kill));
                break;
            case 12 when _groups.Values.FirstOrDefault(g => g.IsWatched) is { } group:
                Empty(group);
                break;
            case 13 when pick >= 12 && _endBegan is null:
                Handle(new SystemEvent.Reloaded(Varied(pick)));
                break;
            case 13:
                if (_processes.Count < 40)
                    _ = Create(-1, 0, ProcessKind.Orphan);
                break;
            case 14 when pick >= 6:
                Ask(pick);
                break;
            case 14:
                Handle(new SystemEvent.SignalArrived(pick switch
                {
                    0 => Signal.Quit,
                    1 => Signal.Term,
                    2 => Signal.Int,
                    3 => Signal.RtMinPlus3,
                    _ => Signal.Hup,
                }));
                break;
            case 15:
                Wait(pick);
                break;
            default:
                if (_answers.TryDequeue(out var next))
                    Handle(next);
                else
                    Wait(pick);
                break;
        }
    }

    /// <summary>The same file with some other commands, and with other values of some settings that only mcp-init uses.</summary>
    private Plan Varied(int pick)
    {
        var settings = _plan.Settings with
        {
            Services =
                [.. _plan.Settings.Services.Select(
                (s, i) =>
                (Events + (i * pick)) % 4 == 0
                ? s with { Command = [$"/bin/{Events}"] } : (Events + (i * pick)) % 4 == 1 ? WithInterval(s, 1 + (pick % 7))
                : s)],
        };
        return Plan.Build(settings).Plan!;
    }

    private static ServiceSettings WithInterval(ServiceSettings service, int seconds) =>
        service.Probe is { } probe ? service with { Probe = probe with { Interval = TimeSpan.FromSeconds(seconds) } } : service;

    /// <summary>An operator starts, stops or restarts a service.</summary>
    private void Ask(int pick)
    {
        Asked++;
        ControlVerb[] verbs = [ControlVerb.Stop, ControlVerb.Start, ControlVerb.Restart];
        var name = _plan.Services[Events % _plan.Services.Length].Name;
        Handle(new SystemEvent.Asked(1, new ControlRequest(verbs[pick % 3]) { Names = [name] }, "root"));
    }

    /// <summary>A start that an operator has asked for needs no back-off, and the service is not there until it is ready again.</summary>
    private void Hear(TargetRow target)
    {
        if (target.IsUnchanged || !target.Text.EndsWith("started", StringComparison.Ordinal))
            return;
        var told = _told[_plan.Services.Single(s => s.Name == target.Name).Index];
        told.IsAnew = true;
        told.IsUp = told.IsCompleted = told.IsOver = false;
    }

    /// <summary>Lets some time pass, or waits until the supervisor wants to be woken and then is a little late.</summary>
    private void Wait(int pick)
    {
        var due = _supervisor.Due;
        var later = _now + TimeSpan.FromMilliseconds(pick * pick * 10);
        if (pick < 12 && later < due)
        {
            _now = later;
            return;
        }
        if (due == Instant.Never)
            return;
        if (due > _now)
            _now = due + TimeSpan.FromMilliseconds(pick % 4);
        Handle(new SystemEvent.TimePassed());
    }

    /// <summary>From here on the kernel is quick, and every process obeys SIGKILL and no other signal.</summary>
    private void End()
    {
        for (var round = 0; _exitCode is null; round++)
        {
            Assert.True(round < 10_000, "no end");
            if (_answers.TryDequeue(out var answer))
                Handle(answer);
            else if (_processes.Values.FirstOrDefault(p => p is { IsDying: true, IsKnown: true }) is { } dying)
                Collect(dying, ExitStatus.KilledBy(Signal.Kill));
            else if (_groups.Values.FirstOrDefault(g => g is { IsDying: true, IsWatched: true }) is { } group)
                Empty(group);
            else if (_endBegan is null)
                Handle(new SystemEvent.SignalArrived(Signal.Term));
            else
            {
                Assert.NotEqual(Instant.Never, _supervisor.Due);
                _now = _supervisor.Due > _now ? _supervisor.Due : _now;
                Handle(new SystemEvent.TimePassed());
            }
        }
    }

    private void Handle(SystemEvent happened)
    {
        Events++;
        _trace.Add((_now, happened));
        Hear(happened);
        _areStallsWatched &= happened is not SystemEvent.StallsNotToBeHad;
        var before = _plan.Services.Select(s => _supervisor.StateOf(s.Index)).ToList();
        var effects = _supervisor.Handle(happened, _now).ToList();
        foreach (var effect in effects)
        {
            _trace.Add((_now, effect));
            _owners.Learn(effect, _plan);
            Perform(effect);
        }
        var changed = _plan.Services.Count(s => !ReferenceEquals(before[s.Index], _supervisor.StateOf(s.Index)));
        var count = effects.Count(e => e is not (Effect.SignalStranger or Effect.Report
        {
            Notice.Kind.LogName: nameof(Notices.OrphanFound) or nameof(Notices.OrphanLeft),
        }) && !IsOfAlerts(e));
        // Alerts have a rate of their own.
        Assert.InRange(effects.Count(e => e is Effect.Report { Notice.Kind: var kind } && kind == Notices.AlertRaised), 0, 20);
        Assert.InRange(effects.Count(e => e is Effect.SendAlert or Effect.KillAlertCommand), 0, 1);
        Assert.True(count <= (10 * changed) + 5, $"{count} effects for {changed} changes");
        if (happened is SystemEvent.TimePassed && _exitCode is null)
            Assert.True(_supervisor.Due > _now, "woken, and due again at once");
        if (_endBegan is null)
            Assert.True(
                _plan.Services.Count(s => !_told[s.Index].IsOverLimit && IsAsked(s.Index)) <= _plan.Settings.Shutdown.MaxConcurrent,
                "too many at once");
        CheckRegistry();
        foreach (var probe in _processes.Values.Where(
            p => p is { Kind: ProcessKind.Probe or ProcessKind.StopCommand, IsKnown: true, IsDying: false }))
            Assert.True(IsAwaited(probe), "a probe nobody waits for");
        if (happened is SystemEvent.ChildEnded { Pid: var pid })
            Assert.All(_plan.Services, s => Assert.NotEqual(pid, MainPidOf(_supervisor.StateOf(s.Index))));
    }

    /// <summary>Remembers an event that the supervisor has had.</summary>
    private void Hear(SystemEvent happened)
    {
        switch (happened)
        {
            case SystemEvent.Spawned(var number, var pid) when Owner(number) is var service:
                // The execution of a process that was spawned directly is reported together with the spawn, before any other news of it.
                _processes[pid].IsKnown = !_processes[pid].IsExecuted;
                _told[service].IsSpawning = false;
                break;
            case SystemEvent.MainChanged(var run, var pid, _):
                Assert.Contains(pid, (IReadOnlyDictionary<int, Process>)_processes).IsKnown = true;
                Successions++;
                break;
            case SystemEvent.Executed(var run):
                _processes.Values.Single(p => p.Kind == ProcessKind.Main && p.Run == run).IsKnown = true;
                break;
            case SystemEvent.SpawnFailed(var number, _, _, _) when Owner(number) is var service:
                _told[service].IsSpawning = false;
                break;
            case SystemEvent.ProbeSpawned(_, var pid):
                _processes[pid].IsKnown = true;
                break;
            case SystemEvent.StopCommandSpawned(_, var pid):
                _processes[pid].IsKnown = true;
                break;
        }
    }

    private void Perform(Effect effect)
    {
        Assert.Null(_exitCode);
        switch (effect)
        {
            case Effect.Spawn(var run, _) when Owner(run) is var service:
                CheckStart(service, run);
                Spawn(service, run);
                break;
            case Effect.SpawnProbe(var run, _) when Owner(run) is var service:
                // A probe whose answer has not come for so long is not waited for any more.
                Assert.DoesNotContain(
                    _processes.Values,
                    p => p is { Kind: ProcessKind.Probe, IsKnown: true, IsDying: false } && p.Service == service && p.Run == run);
                if (run % 5 == 0)
                    _answers.Enqueue(new SystemEvent.ProbeSpawnFailed(run));
                else
                    _answers.Enqueue(new SystemEvent.ProbeSpawned(run, Create(service, run, ProcessKind.Probe).Pid));
                break;
            case Effect.FindMain(var run, { PidFile: not null }) when Owner(run) is var service:
                Assert.DoesNotContain(
                    _processes.Values, p => p is { Kind: ProcessKind.Probe, IsKnown: true, IsDying: false } && p.Run == run);
                if (run % 5 == 0)
                    _answers.Enqueue(new SystemEvent.ProbeSpawnFailed(run));
                else
                    _answers.Enqueue(new SystemEvent.ProbeSpawned(run, Create(service, run, ProcessKind.Probe).Pid));
                break;
            case Effect.FindMain(var run, _) when Owner(run) is var service:
                TakeMain(service, run, Events);
                break;
            case Effect.TakeMain(var run, var named) when Owner(run) is var service:
                TakeMain(service, run, named);
                break;
            case Effect.SpawnStopCommand(var run, var pid, _) when Owner(run) is var service:
                Assert.DoesNotContain(_processes.Values, p => p.Kind == ProcessKind.StopCommand && p.Run == run);
                Assert.Equal((service, run, ProcessKind.Main), (_processes[pid].Service, _processes[pid].Run, _processes[pid].Kind));
                CheckStop(service);
                _told[service].IsAsked = true;
                if (run % 5 == 1)
                    _answers.Enqueue(new SystemEvent.StopCommandNotStarted(run));
                else
                    _answers.Enqueue(new SystemEvent.StopCommandSpawned(run, Create(service, run, ProcessKind.StopCommand).Pid));
                break;
            case Effect.SignalMain(var number, var pid, var signal) when Owner(number) is var service:
                var main = Assert.Contains(pid, (IReadOnlyDictionary<int, Process>)_processes);
                Assert.Equal((service, number, ProcessKind.Main), (main.Service, main.Run, main.Kind));
                // A stop that began with its command before the shutdown began goes on.
                if (signal != Signal.Cont && !_told[service].IsAsked)
                    CheckStop(service);
                // Some processes obey, others do not.
                if (signal != Signal.Cont && pid % 3 != 0)
                    main.IsDying = true;
                break;
            case Effect.SignalRun(var number, var group, var signal) when Owner(number) is var service:
                // Until another main process is reported, the supervisor goes by the one before.
                Assert.True(
                    _processes.Values.Any(
                        p => p.Kind == ProcessKind.Main && (p.Service, p.Run) == (service, number) && (p.Pid == group || !p.IsKnown)) ||
                    (_groups.TryGetValue(group, out var left) && (left.Service, left.Run) == (service, number)),
                        $"{signal} to run {number}, of which nothing is left");
                _told[service].IsUp = false;
                if (effect is Effect.SignalRun { IsTold: true })
                    _answers.Enqueue(new SystemEvent.RestSignalled(number, 1, ["1 left"]));
                if (signal == Signal.Kill)
                    KillRun(number);
                break;
            case Effect.KillHelper(var number, var pid):
                var helper = Assert.Contains(pid, (IReadOnlyDictionary<int, Process>)_processes);
                Assert.True(helper.Run == number && helper.Kind is ProcessKind.Probe or ProcessKind.StopCommand);
                _processes[pid].IsDying = true;
                break;
            case Effect.WatchRun(var run, var group) when Owner(run) is var service:
                var watched = Assert.Contains(group, (IReadOnlyDictionary<int, Group>)_groups);
                Assert.Equal((service, run, false), (watched.Service, watched.Run, watched.IsWatched));
                watched.IsWatched = true;
                break;
            case Effect.Sample(var runs, var closely):
                Assert.Null(_endBegan);
                Assert.NotEmpty(runs);
                // Any use of the runs that exist. Some of these runs are over, and some will have ended by the time that the answer is
                // read.
                _answers.Enqueue(new SystemEvent.Sampled(
                [
                    .. _processes.Values.Where(p => p.Kind == ProcessKind.Main && runs.Contains(p.Run))
                        .Select(p => new RunUsage(p.Run, (p.Run + Events) % 130 << 20, (int)(p.Run * 7 + Events) % 70)),
                ],
                closely));
                break;
            case Effect.WatchStalls(var isOn):
                Assert.True(isOn != _areStallsWatched, "twice");
                _areStallsWatched = isOn;
                if (isOn && Events % 7 == 0)
                    _answers.Enqueue(new SystemEvent.StallsNotToBeHad("no such file"));
                else if (isOn && Events % 3 == 0)
                    _answers.Enqueue(new SystemEvent.Stalled(12.5));
                break;
            case Effect.SetPressureWire(var bytes):
                if (bytes is not null && Events % 3 == 0)
                    _answers.Enqueue(SystemEvent.PressureWireTripped.Instance);
                break;
            case Effect.ReadPressure(var runs):
                Assert.Null(_endBegan);
                var figures = new PressureFigures(Events % 320L << 20, Events % 330L << 20, null);
                _answers.Enqueue(new SystemEvent.PressureRead(
                    figures, figures with { Limit = 300L << 20 },
                    runs is { } wanted
                        ? [.. _processes.Values.Where(p => p.Kind == ProcessKind.Main && wanted.Contains(p.Run))
                            .Select(p => new RunUsage(p.Run, (p.Run + Events) % 130 << 20, 0))]
                        : null));
                break;
            case Effect.ReadUsage(var runs):
                Assert.Null(_endBegan);
                Assert.NotEmpty(runs);
                break;
            case Effect.ReadDisks(var paths):
                Assert.Null(_endBegan);
                Assert.NotEmpty(paths);
                // Full and empty in turns, now and then unknown; the answer may come after another file has other disks.
                _answers.Enqueue(new SystemEvent.DisksRead(
                [
                    .. paths.Select(path => Events % 7 == 3
                        ? new DiskReading(path, null, "no answer")
                        : new DiskReading(path, new DiskSpace(100, Events % 100, 100 - (Events % 100)))),
                ]));
                break;
            case Effect.Sweep(var beliefs, _, var known, _) sweep:
                Assert.True(_endBegan is null || !sweep.IsWhole);
                Assert.All(beliefs, b => Assert.True(b.Main == 0 || _processes[b.Main].Run == b.RunNumber));
                _answers.Enqueue(new SystemEvent.Swept(
                    [], [.. _processes.Values.Where(p => p.Kind == ProcessKind.Orphan)
                        .Select(p => new Stranger(p.Pid, p.StartTime, $"o{p.Pid % 3}", p.Pid % 4 != 0))],
                    [.. known.Where(k => !_processes.TryGetValue(k.Pid, out var seen) || seen.StartTime != k.StartTime)], 0));
                break;
            case Effect.SignalStranger(var stranger, var signal):
                Assert.Null(_endBegan);
                Assert.True(stranger.IsOurs);
                if (_processes.TryGetValue(stranger.Pid, out var orphan) && orphan.StartTime == stranger.StartTime && signal == Signal.Kill)
                    orphan.IsDying = true;
                break;
            case Effect.ReadFile:
                _answers.Enqueue(new SystemEvent.ReloadRefused(["it is not to be read"]));
                break;
            case Effect.SendAlert(var number, var command, var document):
                Assert.NotEmpty(command);
                Assert.InRange(document.Length, 1, 4096);
                Assert.False(_isCommandRunning, "two commands of [alerts] at once");
                (_isCommandRunning, _message) = (true, number);
                if (Events % 3 == 0)
                    EndCommand("it fails");
                else if (Events % 3 == 1)
                    EndCommand(null);
                break;
            case Effect.KillAlertCommand:
                // It may not even end by that.
                if (Events % 2 == 0)
                    EndCommand("killed");
                break;
            case Effect.Apply or Effect.DropFile:
                break;
            case Effect.SignalTheRest(var signal):
                foreach (var process in _processes.Values)
                    process.IsDying |= signal == Signal.Kill || process.Pid % 3 != 0;
                foreach (var group in _groups.Values)
                    group.IsDying |= signal == Signal.Kill;
                TellOfChildren();
                break;
            case Effect.AnswerClient(_, var rows):
                Assert.IsType<EndRow>(rows[^1]);
                foreach (var target in rows.OfType<TargetRow>())
                    Hear(target);
                break;
            case Effect.Exit(var code):
                Assert.NotNull(_endBegan);
                _exitCode = code;
                break;
            case Effect.Report(var notice):
                Hear(notice);
                break;
            default:
                Assert.Fail($"unknown effect {effect}");
                break;
        }
    }

    private void CheckStart(int service, long run)
    {
        var told = _told[service];
        Assert.Null(_endBegan);
        Assert.False(told.IsSpawning, "two at once");
        Assert.DoesNotContain(_processes.Values, p => p.Kind == ProcessKind.Main && p.Service == service);
        Assert.DoesNotContain(_groups.Values, g => g.Service == service);
        Assert.True(run > _told.Max(t => t.LastRun), "a number twice");
        Assert.All(
            _plan.Services[service].DependsOn, d => Assert.True(_told[d].IsUp || _told[d].IsCompleted, "its dependency is not there"));
        if (told.LastRun == 0)
            Assert.All(
                _plan.Services[service].After, a => Assert.True(_told[a].IsUp || _told[a].IsOver, "what it comes after has not settled"));
        else if (!told.IsAnew)
            Assert.True(_now >= Assert.NotNull(told.NotBefore), "started within its back-off");
        told.NotBefore = null;
        told.IsAnew = told.IsAsked = told.IsOverLimit = false;
        told.LastRun = run;
        told.IsSpawning = true;
    }

    /// <summary>In an orderly shutdown no service is asked to stop while a service that depends on it may have a process.</summary>
    private void CheckStop(int service)
    {
        _told[service].IsUp = false;
        if (_endBegan is null || _emergency)
            return;
        Assert.All(_plan.Services[service].Dependents, d =>
        {
            Assert.False(_told[d].IsSpawning, "a dependent is about to run");
            Assert.DoesNotContain(_processes.Values, p => p.Kind == ProcessKind.Main && p.Service == d);
            Assert.DoesNotContain(_groups.Values, g => g.Service == d);
        });
    }

    private static bool IsOfAlerts(Effect effect) => effect is Effect.SendAlert or Effect.KillAlertCommand or Effect.Report
    {
        Notice.Kind.LogName: nameof(Notices.AlertRaised) or nameof(Notices.AlertRaisedAgain) or nameof(Notices.AlertOver) or
            nameof(Notices.AlertsWithheld),
    };

    private void EndCommand(string? problem)
    {
        _isCommandRunning = false;
        _answers.Enqueue(new SystemEvent.AlertSent(_message, problem));
    }

    private int Owner(long run) => _owners.Of(run);

    private void Spawn(int service, long run)
    {
        if (run % 7 == 0)
        {
            _answers.Enqueue(new SystemEvent.SpawnFailed(run, "no process to be had", 111));
            return;
        }
        var process = Create(service, run, ProcessKind.Main);
        _answers.Enqueue(new SystemEvent.Spawned(run, process.Pid));
        if (run % 2 == 0)
        {
            process.IsExecuted = true;
            _answers.Enqueue(new SystemEvent.Executed(run));
        }
    }

    private Process Create(int service, long run, ProcessKind kind)
    {
        // The lowest free pid, so that pids are used again at once.
        var pid = Enumerable.Range(2, 1000).First(p => !_processes.ContainsKey(p) && !_groups.ContainsKey(p));
        return _processes[pid] = new Process(pid, service, run, kind) { IsKnown = kind == ProcessKind.Orphan, StartTime = (ulong)Events };
    }

    private void Collect(Process process, ExitStatus status, string? words = null)
    {
        _processes.Remove(process.Pid);
        var isInBackground = status.IsSuccess && process is { Kind: ProcessKind.Main, IsExecuted: true } &&
            _plan.Services[process.Service].Settings.IsForking;
        var leaves = process.Kind == ProcessKind.Main && !process.IsGroupKilled && (isInBackground || process.Run % 3 == 0);
        if (leaves)
            _groups[process.Pid] = new Group(process.Pid, process.Service, process.Run);
        var problem = process is { Kind: ProcessKind.Main, IsExecuted: false } && status.Code is > 0
            ? "setgroups: EPERM" : process.Kind == ProcessKind.Probe ? words
            : null;
        Handle(new SystemEvent.ChildEnded(process.Pid, status, problem, leaves));
        if (_exitCode is null)
            TellOfChildren();
    }

    private void KillRun(long run)
    {
        foreach (var main in _processes.Values.Where(p => p.Kind == ProcessKind.Main && p.Run == run))
            main.IsDying = main.IsGroupKilled = true;
        foreach (var left in _groups.Values.Where(g => g.Run == run))
            left.IsDying = true;
    }

    /// <summary>A process that a main process has left behind takes its place, or none can: the jitter decides.</summary>
    private void TakeMain(int service, long run, int jitter)
    {
        if (_groups.Values.FirstOrDefault(g => g.Run == run) is not { } left || jitter % 4 == 0)
        {
            _answers.Enqueue(new SystemEvent.MainRefused(run, "none of it may be"));
            return;
        }
        _ = _groups.Remove(left.Id);
        var main = Create(service, run, ProcessKind.Main);
        (main.IsExecuted, main.IsDying, main.IsGroupKilled) = (true, left.IsDying, left.IsDying);
        _answers.Enqueue(new SystemEvent.MainChanged(run, main.Pid));
    }

    private void Empty(Group group)
    {
        _groups.Remove(group.Id);
        Handle(new SystemEvent.RunEmpty(group.Run));
        if (_exitCode is null)
            TellOfChildren();
    }

    /// <summary>No run is entered twice, every run is entered, and no entry has the pid of a collected process.</summary>
    private void CheckRegistry()
    {
        var registry = _supervisor.Registry;
        var runs = _plan.Services.Select(s => StatePredicates.RunOf(_supervisor.StateOf(s.Index))).OfType<long>().ToList();
        Assert.Equal(runs.Order(), registry.Entries.Where(e => e.Kind == EntryKind.Run).Select(e => e.Sequence).Order());
        foreach (var entry in registry.Entries)
        {
            Assert.Same(entry, registry.Find(registry.IdOf(entry)));
            Assert.Contains(entry, registry.OfType(entry.Type));
            if (entry.Pid > 0)
                Assert.Same(entry, registry.FindByPid(entry.Pid));
            if (entry is { Pid: > 0, Kind: EntryKind.Run })
                Assert.Equal(entry.Sequence, Assert.Contains(entry.Pid, (IReadOnlyDictionary<int, Process>)_processes).Run);
        }
    }

    private void TellOfChildren() =>
        _answers.Enqueue(new SystemEvent.ChildrenCollected(_processes.Count > 0 || _groups.Count > 0));

    private void Hear(Notice notice)
    {
        Told Of(string name) => _told[_plan.Services.Single(s => s.Name == name).Index];
        TimeSpan Time(string name) => (TimeSpan)notice[name]!;
        switch (notice.Kind.LogName)
        {
            case nameof(Notices.ServiceReady):
                Of(notice.Service!).IsUp = true;
                break;
            case nameof(Notices.ServiceExited) or nameof(Notices.ServiceExitedOutOfMemory):
                Of(notice.Service!).IsUp = false;
                break;
            case nameof(Notices.ServiceCompleted):
                Of(notice.Service!).IsCompleted = Of(notice.Service!).IsOver = true;
                break;
            case nameof(Notices.ServiceFinished) or nameof(Notices.ServiceFailed) or nameof(Notices.ServiceSkipped) or
                nameof(Notices.ServiceStopped):
                Of(notice.Service!).IsOver = true;
                break;
            case nameof(Notices.Reloaded):
                // A service that had failed for good may be tried again with another probe.
                foreach (var name in ((ImmutableArray<string>)notice["Restarted"]!).Concat((ImmutableArray<string>)notice["Started"]!))
                {
                    Of(name).IsAnew = true;
                    Of(name).IsUp = Of(name).IsCompleted = Of(name).IsOver = false;
                }
                break;
            case nameof(Notices.ServiceOverLimit) or nameof(Notices.PressureRelieved):
                Of(notice.Service!).IsOverLimit = true;
                break;
            case nameof(Notices.ServiceRestarting):
                CheckDelay(notice);
                Of(notice.Service!).NotBefore = _now + Time("Seconds");
                break;
            // Its back-off is over, since that counts from the beginning of the trouble.
            case nameof(Notices.RestartingAfterDependency):
                Of(notice.Service!).NotBefore = _now;
                break;
            case nameof(Notices.RestartingAfterSuccess):
                var backoff = _plan.Services.Single(s => s.Name == notice.Service).Settings.Restart.Backoff;
                Assert.InRange(Time("Seconds"), backoff.Initial * (1 - backoff.Jitter), backoff.Max * (1 + backoff.Jitter));
                Of(notice.Service!).NotBefore = _now + Time("Seconds");
                break;
            case nameof(Notices.RestartingWith):
                Of(notice.Service!).IsAnew = true;
                break;
            case nameof(Notices.CircuitOpen) or nameof(Notices.CircuitOpenAgain):
                Of(notice.Service!).NotBefore = _now + Time("OpenFor");
                break;
            case nameof(Notices.ShuttingDown):
                Assert.Null(_endBegan);
                _endBegan = _now;
                break;
            case nameof(Notices.Emergency):
                _emergency = true;
                break;
            case nameof(Notices.BeyondKill):
                _beyondKill = true;
                break;
            case nameof(Notices.Bug):
                Assert.Fail(notice.ToString());
                break;
        }
    }

    private void CheckDelay(Notice restarting)
    {
        var restart = _plan.Services.Single(s => s.Name == restarting.Service).Settings.Restart;
        var backoff = restart.Backoff;
        var failures = (int)restarting["Failures"]!;
        var plain = Math.Min(backoff.Initial.TotalSeconds * Math.Pow(backoff.Factor, failures - 1), backoff.Max.TotalSeconds);
        // The time for which a service was unhealthy counts as part of its delay.
        var least = ((string)restarting["Reason"]!).StartsWith("unhealthy", StringComparison.Ordinal) ? 0 : plain * (1 - backoff.Jitter);
        // Runs that ended well are no failures, but make the delay longer, too.
        var most = restart.Policy == RestartPolicy.Always ? backoff.Max.TotalSeconds : plain;
        Assert.InRange(((TimeSpan)restarting["Seconds"]!).TotalSeconds, least - 0.001, (most * (1 + backoff.Jitter)) + 0.001);
    }

    private bool IsAsked(int service) =>
        _supervisor.StateOf(service) is ServiceState.Active { Run: RunState.Stopping or RunState.OthersStopping };

    private bool IsAwaited(Process probe) => StatePredicates.RunStateOf(_supervisor.StateOf(probe.Service)) switch
    {
        RunState.Stopping { Progress: StopProgress.CommandRunning c } => c.Pid == probe.Pid,
        RunState.Stopping { Progress: StopProgress.CommandOverdue c } => c.Pid == probe.Pid,
        RunState.Starting s => s.Number == probe.Run,
        RunState.Ready { Watch: not HealthWatch.None } s => s.Number == probe.Run,
        _ => false,
    };

    private static int? MainPidOf(ServiceState state) => StatePredicates.RunStateOf(state) switch
    {
        // The first process of a service in the background was collected; its pid stands for the run.
        RunState.Starting { IsForked: false } s => s.Run.Pid,
        RunState.Ready s => s.Run.Pid,
        RunState.AwaitingStop s => s.Run.Pid,
        RunState.Stopping s => s.Run.Pid,
        RunState.Killing s => s.Run.Pid,
        _ => null,
    };

    private enum ProcessKind { Main, Probe, StopCommand, Orphan }

    private sealed class Process(int pid, int service, long run, ProcessKind kind)
    {
        public int Pid { get; } = pid;
        public int Service { get; } = service;
        public long Run { get; } = run;
        public ProcessKind Kind { get; } = kind;

        /// <summary>Whether the supervisor has had the whole answer to its spawn.</summary>
        public bool IsKnown { get; set; }

        public bool IsExecuted { get; set; }

        public ulong StartTime { get; init; }

        /// <summary>Whether a signal that the process obeys was sent; the process ends when the kernel likes.</summary>
        public bool IsDying { get; set; }

        public bool IsGroupKilled { get; set; }
    }

    private sealed class Group(int id, int service, long run)
    {
        public int Id { get; } = id;
        public int Service { get; } = service;
        public long Run { get; } = run;
        public bool IsWatched { get; set; }
        public bool IsDying { get; set; }
    }

    /// <summary>The events and effects of one service so far.</summary>
    private sealed class Told
    {
        public bool IsSpawning { get; set; }
        public bool IsUp { get; set; }
        public bool IsCompleted { get; set; }
        public bool IsOver { get; set; }

        /// <summary>Whether the stop_command was started, after its turn: the effects that follow belong to the same stop.</summary>
        public bool IsAsked { get; set; }

        /// <summary>Whether the next start is together with a dependency and not after a back-off.</summary>
        public bool IsAnew { get; set; }

        /// <summary>Whether the run is ended for a limit, and waits for no turn.</summary>
        public bool IsOverLimit { get; set; }

        public long LastRun { get; set; }
        public Instant? NotBefore { get; set; }
    }
}
