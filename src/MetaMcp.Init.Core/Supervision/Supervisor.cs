using MetaMcp.Init.Core.Alerting;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Monitoring;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Reload;
using MetaMcp.Init.Core.Repair;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// All services together: which may start, which must stop, and when everything is over. It takes one event, lets the service that the
/// event is about take its step, passes the consequences on to the services around it until nothing more follows, and returns the effects
/// in their order. It never waits, never calls out, and knows no clock but the instant it is given. Work per event grows with the edges
/// of the services that changed, not with the number of services. Each of its parts has one job; they share the
/// <see cref="ServiceTable"/> and write into one <see cref="Response"/>.
/// </summary>
public sealed class Supervisor
{
    /// <summary>The time from SIGKILL to all remaining processes until PID 1 ends without waiting any longer.</summary>
    public static TimeSpan KillPatience => Phases.KillPatience;

    private readonly Response _response = new();
    private readonly ServiceTable _services;
    private readonly DeadlineHeap _deadlines;
    private readonly LimitWatch _limitWatch;
    private readonly UsagePolling _usagePolling;
    private readonly DiskWatch _disks;
    private readonly Pool _pool;
    private readonly OrphanWatch _orphans;
    private readonly CleanupQueue _cleanups;
    private readonly Phases _phases;
    private readonly ServiceDriver _driver;
    private readonly SweepSchedule _sweeps;
    private readonly ChildEvents _children;
    private readonly Reconciler _reconciler;
    private readonly LimitEnforcement _limits;
    private readonly UsageReadings _memory;
    private readonly PressureWatch _pressureWatch;
    private readonly PressureEvents _pressure;
    private readonly StallWatch _stalls;
    private readonly ReloadEvents _reload;
    private readonly Recovery _recovery;
    private readonly SignalMeanings _signals;
    private readonly SuspendRecovery _suspendRecovery;
    private readonly Operator _operator;
    private readonly AlertHook _hook;
    private readonly Alerts _alerts;
    private long _lastTold;

    /// <summary>Memory has ended in the last event after it had taken effect: what it told was not looked through for alerts.</summary>
    private bool _isCut;

    /// <param name="plan">The plan to run.</param>
    /// <param name="seed">The seed of the jitter.</param>
    /// <param name="startedAt">The time of the start.</param>
    /// <param name="sampled">The controllers whose limits the kernel does not enforce.</param>
    /// <param name="registry">The registry, with an entry for everything that runs.</param>
    /// <param name="counted">The controllers by which the kernel counts the use of each run.</param>
    /// <param name="hasOwnLimit">Whether the container has a memory limit of its own that can be read.</param>
    public Supervisor(
        Plan plan, ulong seed, Instant startedAt, Controllers sampled = Controllers.None, Registry? registry = null,
        Controllers counted = Controllers.None, bool hasOwnLimit = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Registry = registry ?? new Registry();
        _response.Begin(startedAt);
        var jitter = new Jitter(seed);
        var (ooms, totals) = (new OomLedger(), new CleanupTotals());
        _services = new ServiceTable(plan, Registry, startedAt);
        _deadlines = new DeadlineHeap(_services.States.Length);
        var ended = new EndedRuns(_response);
        _limitWatch = new LimitWatch(plan, sampled, () => _pool!.Counts, ended);
        _pressureWatch = new PressureWatch(plan, counted.HasFlag(Controllers.Memory), hasOwnLimit, () => _pool!.Counts);
        _usagePolling = new UsagePolling(plan, counted, () => _pool!.Counts);
        _disks = new DiskWatch(_response, plan, startedAt);
        _orphans = new OrphanWatch(plan.Settings, Registry, _response.Add, number => _cleanups!.Enter(number));
        _pool = new Pool(
            _response, _services, Registry, ooms, ForgetRun, number => _cleanups!.EnterLaunched(number), () => _phases!.IsEnding,
            () => _phases!.PlacesOfServices, totals, () => _pressureWatch!.IsMemoryWatched || _limitWatch.IsMemoryWatched);

        void ForgetRun(long run)
        {
            ooms.Forget(run);
            _limitWatch.Forget(run);
        }

        var tally = new Tally();
        _cleanups = new CleanupQueue(_response, _services, _pool, _orphans, totals);
        IServiceWatch[] watches = [_limitWatch, _usagePolling, _disks, _pressureWatch];
        _hook = new AlertHook(_response, _services, startedAt);
        _alerts = new Alerts(_response, _services, _hook);
        _phases = new Phases(_response, _services, _pool, watches, () => _hook.IsAwaited, startedAt);
        _driver = new ServiceDriver(
            _response, _services, Registry, _phases, _cleanups, watches, ooms, _deadlines, jitter);
        _sweeps = new SweepSchedule(_response, _services, _phases);
        _children = new ChildEvents(_response, _services, Registry, _pool, _orphans, ooms, _driver, _sweeps);
        _reconciler = new Reconciler(_response, _services, Registry, _phases, _pool, _orphans, _sweeps, _driver, _children);
        _memory = new UsageReadings(_response, _services, _pool, _phases, _usagePolling);
        var ending = new LimitEnding(_response, _services, _pool, ended, _driver);
        var relief = new PressureRelief(_response, _services, ending);
        _limits = new LimitEnforcement(_response, _services, _phases, _limitWatch, _memory, ending, relief);
        _pressure = new PressureEvents(_response, _services, _phases, _pressureWatch, relief, ending, _memory);
        _stalls = new StallWatch(_response, counted.HasFlag(Controllers.Memory), () => _pressureWatch.IsAnyRunning);
        _reload = new ReloadEvents(_response, _services, _phases, _orphans, _sweeps, _driver, _deadlines, jitter);
        _recovery = new Recovery(_response, _services, Registry, _phases, _cleanups, _pool, _orphans, _driver, _reload, _reconciler);
        _signals = new SignalMeanings(_response, _services, _phases, _reload, _pool, _orphans, _reconciler);
        _suspendRecovery = new SuspendRecovery(_response, _services, _deadlines);
        _operator = new Operator(_response, _services, _phases, _pool, _reload, tally);
        Window = new Window(_services, _phases, _pool, _orphans, totals, Registry, _reconciler, tally, _disks, _stalls, _alerts);
    }

    public Phase Phase => _phases.Phase;

    /// <summary>Answers operators who look.</summary>
    public Window Window { get; }

    public Registry Registry { get; }

    /// <summary>The plan in force.</summary>
    public Plan Plan => _services.Plan;

    /// <summary>The number of differences that sweeps have corrected.</summary>
    public int Repairs => _reconciler.Repairs;

    /// <summary>The number of orphans that were ended, by command.</summary>
    public IReadOnlyDictionary<string, int> OrphansEnded => _orphans.Ended;

    /// <summary>The time at which <see cref="SystemEvent.TimePassed"/> is wanted even if nothing happened.</summary>
    public Instant Due => _recovery.IsDisturbed ? _recovery.ResumeAt : Instant.Earliest(
        _deadlines.Earliest, _pool.Due, _limitWatch.Due, _usagePolling.Due, _disks.Due, _pressureWatch.Due, _stalls.Due, Phase.Due,
        _reconciler.ConfirmAt, _alerts.Due, _hook.Due,
        _phases.IsEnding ? Instant.Never : Instant.Earlier(_sweeps.Due, _orphans.Due));

#if DEBUG
    /// <summary>Called where memory may run out, so that tests can let it run out there.</summary>
    public Action? Allocates
    {
        get => _response.Allocates;
        set => _response.Allocates = value;
    }
#endif

    /// <summary>
    /// Numbers a notice, when it is about to be told. Effects that were never returned leave no gap, since only a notice that is told has
    /// a number.
    /// </summary>
    public ToldNotice Told(Notice notice)
    {
        var told = new ToldNotice(_lastTold + 1, _response.Now, notice, Registry.Ids);
        _lastTold++;
        return told;
    }

    /// <summary>Something was told that does not come from the supervisor.</summary>
    public void HeardElsewhere(Notice notice) => _alerts.HeardElsewhere(notice);

    public ServiceState StateOf(int service) => _services.States[service];

    public ServiceRecord RecordOf(int service) => _services.Records[service];

    /// <summary>An event was lost, or an effect was not performed.</summary>
    public void Disturb(Instant now) => _recovery.Disturb(now);

    /// <summary>
    /// Takes an event. The list belongs to the supervisor and is valid until the next event. If memory runs out before the event has
    /// changed anything, the exception is thrown, and the same event can be handled again. If it runs out later, the changes made so far
    /// stand, and the rest is made up for at the next event.
    /// </summary>
    public IReadOnlyList<Effect> Handle(SystemEvent happened, Instant at)
    {
        _suspendRecovery.Note(at, Due);
        if (_isCut)
            _alerts.Collect();
        _isCut = false;
        _response.Begin(at);
        _alerts.Begin();
        try
        {
            if (_recovery.IsDisturbed)
            {
                _recovery.Recover();
                _pressureWatch.Distrust(at);
            }
            _suspendRecovery.GiveTimeBack();
            _response.HasTakenEffect = false;
            Dispatch(happened);
            _response.HasTakenEffect = true;
            Settle();
        }
        catch (OutOfMemoryException)
        {
            Disturb(at);
            if (!_response.HasTakenEffect)
                throw;
            _isCut = true;
        }
        return _response.Effects;
    }

    /// <summary>Handles the events that follow, until there are none.</summary>
    private void Settle()
    {
        do
        {
            do
            {
                // An event stays in the queue until it is handled: if memory runs out before, Recovery keeps those that no state implies.
                while (_response.FollowUps.TryPeek(out var next))
                {
                    _driver.Apply(next.Service, next.Event);
                    _ = _response.FollowUps.Dequeue();
                }
                _pool.Advance();
                // Before the phase moves on: the end of the container waits for the alert that tells why.
                HearAlerts();
            }
            while (NextCleanup() || _phases.Move());
            if (!_phases.IsEnding)
                _orphans.Advance(_response.Now);
        }
        while (NextCleanup());
        _limitWatch.LaunchedChanged(_response.Now);
        _usagePolling.SetDue(_response.Now);
        _pressure.Advance();
        _stalls.Advance();
        _phases.TellWhetherDegraded();
        HearAlerts();
        if (Phase is Phase.ShuttingDown)
            _hook.End();
        else if (_phases.IsEnding)
            _hook.Stop();
        _hook.Advance();
    }

    /// <summary>After the last notice of all none is told.</summary>
    private void HearAlerts()
    {
        if (Phase is not Phase.Done)
            _alerts.Hear();
    }

    private bool NextCleanup() => !_phases.IsEnding && _cleanups.Next();

    private void Dispatch(SystemEvent happened)
    {
        switch (happened)
        {
            case SystemEvent.Begin:
                _phases.Begin();
                break;
            case SystemEvent.SignalArrived(var signal, var isOfKernel):
                _signals.Arrived(signal, isOfKernel);
                break;
            case SystemEvent.Asked(var client, var request, var asker):
                _operator.Asked(client, request, asker);
                break;
            case SystemEvent.ChildEnded ended:
                _children.Ended(ended);
                Window.Tally.Reaped++;
                break;
            case SystemEvent.ChildrenCollected(var anyLeft):
                _phases.ChildrenCollected(anyLeft);
                break;
            case SystemEvent.Spawned spawned:
                _children.Spawned(spawned);
                break;
            case SystemEvent.SpawnFailed(var run, var reason, var code, var isShortage):
                _children.SpawnFailed(run, reason, code, isShortage);
                break;
            case SystemEvent.Executed(var run):
                _driver.Current(run, new RunEvent.Executed());
                break;
            case SystemEvent.Notified(var run):
                _driver.Current(run, new RunEvent.Notified());
                break;
            case SystemEvent.Said(var run, var message):
                _children.Said(run, message);
                break;
            case SystemEvent.MainChanged changed:
                _children.MainChanged(changed);
                break;
            case SystemEvent.MainEnded ended:
                _children.ForeignMainEnded(ended);
                break;
            case SystemEvent.MainRefused(var run, var reason):
                _children.MainRefused(run, reason);
                break;
            case SystemEvent.RestSignalled signalled:
                _children.RestSignalled(signalled);
                break;
            case SystemEvent.RunEmpty(var run):
                if (!_pool.Take(run, new RunEvent.RunEmpty()))
                    _ = _driver.Current(run, new RunEvent.RunEmpty());
                break;
            case SystemEvent.Launch(var id, var launched):
                if (launched is LaunchEvent.Placed(var main))
                    _orphans.Reused(main.Pid);
                _pool.Happened(id, launched);
                break;
            case SystemEvent.OutOfMemory counted:
                _children.OutOfMemory(counted);
                break;
            case SystemEvent.ProbeSpawned(var run, var pid):
                _children.ProbeSpawned(run, pid);
                break;
            case SystemEvent.ProbeSpawnFailed(var run):
                _driver.Current(run, new RunEvent.ProbeNotStarted());
                break;
            case SystemEvent.StopCommandSpawned(var run, var pid):
                _children.StopCommandSpawned(run, pid);
                break;
            case SystemEvent.StopCommandNotStarted(var run):
                _driver.Current(run, new RunEvent.StopCommandEnded(null));
                break;
            case SystemEvent.Reloaded(var plan):
                _reload.PutInForce(plan);
                break;
            case SystemEvent.ReloadRefused(var problems):
                _reload.Refused(problems);
                break;
            case SystemEvent.Swept swept:
                _reconciler.Heard(swept);
                break;
            case SystemEvent.UsageRead read:
                _memory.Heard(read);
                break;
            case SystemEvent.DisksRead read:
                _disks.Heard(read);
                break;
            case SystemEvent.Sampled sampled:
                _limits.Sampled(sampled);
                break;
            case SystemEvent.AlertSent(var number, var problem):
                _hook.Sent(number, problem);
                break;
            case SystemEvent.Stalled(var percent):
                _stalls.Stalled(percent);
                break;
            case SystemEvent.StallsNotToBeHad(var reason):
                _stalls.NotToBeHad(reason);
                break;
            case SystemEvent.PressureWireTripped:
                _pressure.Tripped();
                break;
            case SystemEvent.PressureRead read:
                _pressure.Read(read);
                break;
            case SystemEvent.TimePassed:
                TimePassed();
                break;
            default:
                _response.Tell(Notices.Bug.Of($"unknown event {happened}"));
                break;
        }
    }

    private void TimePassed()
    {
        var now = _response.Now;
        while (_deadlines.TakeDue(now) is >= 0 and var service)
        {
            try
            {
                _driver.Apply(service, new ServiceEvent.DeadlinePassed());
            }
            catch (OutOfMemoryException)
            {
                _deadlines.Set(service, _services.States[service].Due);
                throw;
            }
        }
        _pool.TimePassed();
        if (now >= Phase.Due)
            _phases.TimedOut();
        if (now >= _limitWatch.Due)
            _limits.Look();
        if (now >= _usagePolling.Due)
            _memory.Read();
        if (now >= _disks.Due)
            _disks.Look();
        if (now >= _stalls.Due)
            _stalls.TimePassed();
        if (now >= _pressureWatch.Due)
            _pressure.Look();
        if (now >= _sweeps.Due)
            _reconciler.Sweep();
        if (now >= _reconciler.ConfirmAt)
            _reconciler.Compare([], strangers: false);
        if (now >= _alerts.Due && Phase is not Phase.Done)
            _alerts.TimePassed();
        if (now >= _hook.Due && (Phase is Phase.ShuttingDown || !_phases.IsEnding))
            _hook.TimePassed();
    }
}
