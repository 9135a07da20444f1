using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// All services together: who may start, who must stop and when everything is over. It takes one event, lets the service it
/// concerns take its step, passes on what that means to the services around it until nothing more follows, and returns what is
/// to be done, in order. It never waits, never calls out and knows no clock but the instant it is given. Work per event grows
/// with the edges of the services that changed, not with the number of services.
/// </summary>
public sealed partial class Supervisor
{
    private Plan _plan;
    private readonly Dice _dice;
    private ServiceState[] _states;
    private ServiceRecord[] _records;
    private StartGate _gate;
    private StopOrder _order;
    private readonly DeadlineHeap _deadlines;
    private readonly Dictionary<Signal, int> _receivers = [];
    private List<int>[] _restartedWith;
    private readonly OomLedger _ooms = new();
    private readonly Dictionary<int, (long Run, OomCause Cause, Instant At)> _lastOom = [];
    private readonly Queue<(int Service, ServiceEvent Event)> _followUps = new();
    private readonly List<Effect> _effects = [];
    private readonly Instant _startedAt;
    private Instant _now;
    private Instant _phaseSince;
    private int _unsettled;
    private int _active;
    private int _over;
    private int _missing;
    private int _told;

    /// <param name="plan">What to run.</param>
    /// <param name="seed">Of the jitter.</param>
    /// <param name="startedAt">Now.</param>
    /// <param name="sampled">The controllers whose limits nobody else enforces.</param>
    /// <param name="registry">What everything is entered in.</param>
    public Supervisor(Plan plan, ulong seed, Instant startedAt, Controllers sampled = Controllers.None, Registry? registry = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Registry = registry ?? new Registry();
        _orphans = new OrphanWatch(plan.Settings, Registry, _effects.Add);
        _sampled = sampled;
        _plan = plan;
        _startedAt = startedAt;
        _dice = new Dice(seed);
        _gate = new StartGate(plan);
        _order = new StopOrder(plan);
        _states = new ServiceState[plan.Services.Length];
        Array.Fill(_states, new ServiceState.Waiting());
        _records = new ServiceRecord[_states.Length];
        Array.Fill(_records, new ServiceRecord { ChangedAt = startedAt });
        _deadlines = new DeadlineHeap(_states.Length);
        _limits = new LimitWatch(plan, sampled);
        _running = new ServiceSettings?[_states.Length];
        _restartedWith = [];
        FindNamed();
        _unsettled = _states.Length;
        Phase = new Phase.StartingUp(startedAt + plan.Settings.Startup.Timeout);
    }

    public Phase Phase { get; private set; }

    public Registry Registry { get; }

    /// <summary>What is in force.</summary>
    public Plan Plan => _plan;

    /// <summary>When <see cref="SystemEvent.TimePassed"/> is wanted although nothing happened.</summary>
    public Instant Due => Instant.Earlier(
        Instant.Earlier(Instant.Earlier(_deadlines.Earliest, _limits.Due), Phase.Due),
        IsEnding ? Instant.Never : Instant.Earlier(_sweepAt, _orphans.Due));

    public ServiceState StateOf(int service) => _states[service];

    public ServiceRecord RecordOf(int service) => _records[service];

    /// <summary>Takes an event. The list is the supervisor's own and valid until the next event.</summary>
    public IReadOnlyList<Effect> Handle(SystemEvent happened, Instant at)
    {
        _now = at;
        _effects.Clear();
        Dispatch(happened);
        do
        {
            do
            {
                while (_followUps.TryDequeue(out var next))
                    Apply(next.Service, next.Event);
            }
            while (NextCleanup() || MovePhase());
            if (!IsEnding)
                _orphans.Advance(FreePlaces, _now);
        }
        while (NextCleanup());
        TellWhetherDegraded();
        return _effects;
    }

    private void Dispatch(SystemEvent happened)
    {
        switch (happened)
        {
            case SystemEvent.Begin:
                _phaseSince = _now;
                Tell(new Notice.StartingUp(_states.Length));
                for (var service = 0; service < _states.Length; service++)
                    if (_gate.IsOpen(service))
                        _followUps.Enqueue((service, new ServiceEvent.Start()));
                break;
            case SystemEvent.SignalArrived(var signal):
                SignalArrived(signal);
                break;
            case SystemEvent.ChildEnded ended:
                ChildEnded(ended);
                break;
            case SystemEvent.ChildrenCollected(var anyLeft):
                ChildrenCollected(anyLeft);
                break;
            case SystemEvent.Spawned(var service, var run, var pid):
                _orphans.Reused(pid);
                if (Registry.Find(run) is { } entry)
                    Registry.Started(entry, pid);
                _records[service] = _records[service] with { Starts = _records[service].Starts + 1 };
                Current(service, run, new ServiceEvent.Spawned(pid));
                break;
            case SystemEvent.SpawnFailed(var service, var run, var reason, var code):
                Current(service, run, new ServiceEvent.SpawnFailed(reason, code));
                break;
            case SystemEvent.Executed(var service, var run):
                Current(service, run, new ServiceEvent.Executed());
                break;
            case SystemEvent.Notified(var service, var run):
                Current(service, run, new ServiceEvent.Notified());
                break;
            case SystemEvent.RunEmpty(var service, var run):
                Current(service, run, new ServiceEvent.RunEmpty());
                break;
            case SystemEvent.OutOfMemory counted:
                OutOfMemory(counted);
                break;
            case SystemEvent.ProbeSpawned(var service, var run, var pid):
                Enter(EntryKind.Probe, service, run, pid);
                if (!Current(service, run, new ServiceEvent.ProbeSpawned(pid)))
                    _effects.Add(new Effect.KillHelper(service, pid));
                break;
            case SystemEvent.ProbeSpawnFailed(var service, var run):
                Current(service, run, new ServiceEvent.ProbeNotStarted());
                break;
            case SystemEvent.StopCommandSpawned(var service, var run, var pid):
                Enter(EntryKind.StopCommand, service, run, pid);
                if (!Current(service, run, new ServiceEvent.StopCommandSpawned(pid)))
                    _effects.Add(new Effect.KillHelper(service, pid));
                break;
            case SystemEvent.StopCommandNotStarted(var service, var run):
                Current(service, run, new ServiceEvent.StopCommandEnded(null));
                break;
            case SystemEvent.Reloaded(var plan):
                Reload(plan);
                break;
            case SystemEvent.ReloadRefused(var problems):
                if (!IsEnding)
                    Tell(new Notice.ReloadRefused(problems));
                break;
            case SystemEvent.Swept swept:
                Swept(swept);
                break;
            case SystemEvent.MemoryRead read:
                MemoryRead(read);
                break;
            case SystemEvent.Sampled sampled:
                Sampled(sampled);
                break;
            case SystemEvent.TimePassed:
                TimePassed();
                break;
            default:
                Tell(new Notice.Bug($"unknown event {happened}"));
                break;
        }
    }

    /// <summary>Passes an event to a service unless it is about a run that is over.</summary>
    private bool Current(int service, long run, ServiceEvent happened)
    {
        if (Standing.RunOf(_states[service]) != run)
            return false;
        Apply(service, happened);
        return true;
    }

    private void ChildEnded(SystemEvent.ChildEnded ended)
    {
        SweepSoon();
        if (_orphans.Collected(ended.Pid, ended.Status))
            return;
        if (Registry.FindByPid(ended.Pid) is not { } child)
        {
            Tell(new Notice.OrphanReaped(ended.Pid, ended.Status));
            return;
        }
        Registry.Collected(child);
        if (child.Kind == EntryKind.Service)
        {
            MainEnded(child, ended);
            return;
        }
        Registry.Remove(child);
        if (child.Kind == EntryKind.Probe)
            ProbeEnded(child, ended.Status.IsSuccess);
        else
            Current(child.Service, child.Parent, new ServiceEvent.StopCommandEnded(ended.Status));
    }

    private void Enter(EntryKind kind, int service, long run, int pid)
    {
        _orphans.Reused(pid);
        _ = Registry.Add(kind, _plan.Services[service].Name, service, run, _now, pid);
    }

    private void ProbeEnded(Entry child, bool succeeded)
    {
        ref var record = ref _records[child.Service];
        if (_states[child.Service] is ServiceState.Ready ready && ready.Run.Number == child.Parent)
            record = record with { Probes = record.Probes.With(succeeded, _now - child.Since) };
        Current(child.Service, child.Parent, new ServiceEvent.ProbeEnded(succeeded));
    }

    private void MainEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        var oom = CauseOf(child, ended.Status);
        _records[child.Service] = _records[child.Service] with { LastExit = ended.Status, LastOom = oom };
        Current(child.Service, child.Sequence, new ServiceEvent.Exited(ended.Status, ended.Problem, ended.OthersLeft, oom));
    }

    private void OutOfMemory(SystemEvent.OutOfMemory counted)
    {
        if (_ooms.Take(counted.RunNumber, counted.AtStart, counted.Now, _now) is not { } kills)
            return;
        var service = _plan.Services[counted.Service];
        var cause = OomCause.Of(kills.Origin, SettingsOf(counted.Service).Limits.MemoryMax, _plan.Settings.Limits.Memory);
        _lastOom[counted.Service] = (counted.RunNumber, cause, _now);
        Tell(new Notice.OutOfMemory(service.Name, kills.Processes, cause, counted.Peak));
    }

    /// <summary>
    /// What the kernel killed for memory ends by SIGKILL; what loses a child to it (npm, a shell) ends badly soon after. The
    /// end may be long in coming: the memory of a large process is given back first.
    /// </summary>
    private OomCause? CauseOf(Entry child, ExitStatus status)
    {
        if (status.IsSuccess || !_lastOom.TryGetValue(child.Service, out var oom) || oom.Run != child.Sequence)
            return null;
        var isOurs = _states[child.Service] is ServiceState.Killing ||
            (_states[child.Service] is ServiceState.Stopping && status.Code is null && status.Signal == SettingsOf(child.Service).StopSignal);
        return isOurs || _now - oom.At > OomLedger.Patience ? null : oom.Cause;
    }

    private void TimePassed()
    {
        while (_deadlines.TakeDue(_now) is >= 0 and var service)
            Apply(service, new ServiceEvent.DeadlinePassed());
        if (_now >= Phase.Due)
            PhaseTimedOut();
        if (_now >= _limits.Due)
            Look();
        if (_now >= _sweepAt)
            Sweep();
    }

    private void Apply(int service, ServiceEvent happened)
    {
        var before = _states[service];
        if (happened is ServiceEvent.Start && (before is not ServiceState.Waiting || !MayStart(service)))
            return;
        if ((happened is ServiceEvent.Skip && before is not ServiceState.Waiting) || (happened is ServiceEvent.Resume && before is not ServiceState.Skipped))
            return;
        if (happened is ServiceEvent.DeadlinePassed && before is ServiceState.Backoff or ServiceState.Open && !_gate.HasDependencies(service))
            happened = new ServiceEvent.Postpone();
        // Nobody waits for it to become ready any more; it is stopped when those that depend on it are gone.
        if (happened is ServiceEvent.DeadlinePassed && before is ServiceState.Starting && IsEnding)
            return;
        // Another one given up may have begun the end of everything, which has an order of its own.
        if (IsEnding && happened is (ServiceEvent.GiveUp or ServiceEvent.Restart))
            return;
        ServiceStep step;
        try
        {
            step = ServiceMachine.Step(Context(service), before, happened, _now);
        }
#pragma warning disable CA1031 // Of whatever kind: what the services before it are owed by now must not be lost with it.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Tell(new Notice.Bug($"{_plan.Services[service].Name}: {bug.Message}"));
            return;
        }
        // What one that is in the file no more came to is of no account.
        var after = IsRetired(service) && Standing.IsOver(step.State) ? new ServiceState.Stopped() : step.State;
        _states[service] = after;
        if (after.GetType() != before.GetType())
            _records[service] = _records[service] with { ChangedAt = _now };
        if (after is ServiceState.Launching && before is not ServiceState.Launching)
        {
            _running[service] = _plan.Services[service].Settings;
            _records[service] = _records[service] with { Memory = null, Level = MemoryLevel.Normal };
            _ = Registry.Add(EntryKind.Service, _plan.Services[service].Name, service, 0, _now);
        }
        _effects.AddRange(step.Effects);
        if (Standing.RunOf(before) is { } run && Standing.RunOf(after) != run)
            Forget(run);
        _deadlines.Set(service, after.Due);
        Propagate(service, before, after);
    }

    private bool MayStart(int service) =>
        !IsEnding && (_gate.IsOpen(service) || (_records[service].Starts > 0 && _gate.HasDependencies(service)));

    private void Forget(long run)
    {
        _ooms.Forget(run);
        _limits.Forget(run);
        _ended.Remove(run);
        if (Registry.Find(run) is { } entry)
            Registry.Remove(entry);
    }

    private void Propagate(int service, ServiceState before, ServiceState after)
    {
        if (Standing.IsSettled(after) && !_records[service].HasSettled)
        {
            _records[service] = _records[service] with { HasSettled = true };
            _unsettled--;
        }
        _active += Difference(Standing.IsActive(before), Standing.IsActive(after));
        _over += Difference(Standing.IsOver(before), Standing.IsOver(after));
        _missing += Difference(Standing.IsMissing(before), Standing.IsMissing(after));
        Cleaned(service, before, after);
        _limits.Changed(service, before, after, _now);
        _gate.Changed(service, before, after, opened => _followUps.Enqueue((opened, new ServiceEvent.Start())));
        _order.Changed(service, before, after, StopIfItsTurn);
        if (Standing.IsBroken(after) && !Standing.IsBroken(before))
            Broke(service, after);
        if (Standing.Satisfies(after) && !Standing.Satisfies(before) && !IsEnding)
            foreach (var dependent in _gate.NeededBy(service))
                if (_states[dependent] is ServiceState.Skipped && !NeedsBroken(dependent))
                    _followUps.Enqueue((dependent, new ServiceEvent.Resume()));
        if (before is ServiceState.Ready && after is not ServiceState.Ready && !IsEnding)
            foreach (var dependent in _restartedWith[service])
                _followUps.Enqueue((dependent, new ServiceEvent.Restart(_plan.Services[service].Name)));
        if (after is ServiceState.Waiting && before is not ServiceState.Waiting && !IsEnding && !IsRetired(service))
            StartAnew(service);
        // Nothing new starts once the end has begun, whoever was about to be tried again.
        if ((IsEnding || IsRetired(service)) && after is ServiceState.Backoff or ServiceState.Open or ServiceState.Waiting)
            _followUps.Enqueue((service, new ServiceEvent.Stop()));
    }

    /// <summary>What it depends on may be there again by the time it has ended, or have failed for good.</summary>
    private void StartAnew(int service)
    {
        foreach (var dependency in _plan.Services[service].DependsOn)
        {
            if (!Standing.IsBroken(_states[dependency]))
                continue;
            _followUps.Enqueue((service, new ServiceEvent.Skip(dependency, Standing.ExitCodeOf(_states[dependency]))));
            return;
        }
        _followUps.Enqueue((service, new ServiceEvent.Start()));
    }

    private bool NeedsBroken(int service)
    {
        foreach (var dependency in _plan.Services[service].DependsOn)
            if (Standing.IsBroken(_states[dependency]))
                return true;
        return false;
    }

    private void Broke(int service, ServiceState after)
    {
        if (IsEnding || IsRetired(service))
            return;
        foreach (var dependent in _gate.NeededBy(service))
        {
            if (_states[dependent] is not ServiceState.Waiting)
                continue;
            _followUps.Enqueue((dependent, new ServiceEvent.Skip(service, Standing.ExitCodeOf(after))));
        }
        if (after is ServiceState.Skipped(var dependency, _))
            Tell(new Notice.Skipped(_plan.Services[service].Name, _plan.Services[dependency].Name));
        EndBecauseOf(service, after);
    }

    private ServiceContext Context(int service) => new(
        service,
        SettingsOf(service),
        Phase is Phase.StartingUp ? _plan.Settings.Startup.Retries : null,
        Registry.Next,
        _dice.Roll(),
        IsEnding,
        _plan.Settings.Shutdown.Retries);

    private void Tell(Notice notice) => _effects.Add(new Effect.Report(notice));

    private static int Difference(bool before, bool after) => (after ? 1 : 0) - (before ? 1 : 0);

    private ImmutableArray<string> NamesOf(Func<ServiceState, bool> which) =>
        [.. _plan.Services.Where(s => which(_states[s.Index])).Select(s => s.Name)];
}
