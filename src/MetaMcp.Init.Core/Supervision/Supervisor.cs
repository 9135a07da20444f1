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
    private readonly Jitter _jitter;
    private ServiceState[] _states;
    private ServiceRecord[] _records;
    private StartGate _gate;
    private StopOrder _order;
    private readonly DeadlineHeap _deadlines;
    private NamedServices _named;
    private readonly List<Effect> _effects = [];
    private readonly Instant _startedAt;
    private Instant _now;
    private Instant _phaseSince;
    private int _told;

    /// <param name="plan">What to run.</param>
    /// <param name="seed">Of the jitter.</param>
    /// <param name="startedAt">Now.</param>
    /// <param name="sampled">The controllers whose limits nobody else enforces.</param>
    /// <param name="registry">What everything is entered in.</param>
    /// <param name="counted">The controllers by which the kernel counts what each run has.</param>
    public Supervisor(
        Plan plan, ulong seed, Instant startedAt, Controllers sampled = Controllers.None, Registry? registry = null,
        Controllers counted = Controllers.None)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Registry = registry ?? new Registry();
        _orphans = new OrphanWatch(plan.Settings, Registry, _effects.Add);
        _sampled = sampled;
        _plan = plan;
        _startedAt = startedAt;
        _jitter = new Jitter(seed);
        _gate = new StartGate(plan);
        _order = new StopOrder(plan);
        _states = new ServiceState[plan.Services.Length];
        Array.Fill(_states, new ServiceState.Waiting());
        _records = new ServiceRecord[_states.Length];
        Array.Fill(_records, new ServiceRecord { ChangedAt = startedAt });
        _deadlines = new DeadlineHeap(_states.Length);
        _limits = new LimitWatch(plan, sampled);
        _memory = new MemoryBeat(plan, counted.HasFlag(Controllers.Memory));
        _running = new ServiceSettings?[_states.Length];
        _named = new NamedServices(plan);
        _unsettled = _states.Length;
        Phase = new Phase.StartingUp(startedAt + plan.Settings.Startup.Timeout);
    }

    public Phase Phase
    {
        get;
        private set
        {
            field = value;
            _hasTakenEffect = true;
        }
    }

    public Registry Registry { get; }

    /// <summary>What is in force.</summary>
    public Plan Plan => _plan;

    /// <summary>When <see cref="SystemEvent.TimePassed"/> is wanted although nothing happened.</summary>
    public Instant Due => _isDisturbed ? _resumeAt : Instant.Earliest(
        _deadlines.Earliest, _limits.Due, _memory.Due, Phase.Due, _compareAt,
        IsEnding ? Instant.Never : Instant.Earlier(_sweepAt, _orphans.Due));

    public ServiceState StateOf(int service) => _states[service];

    public ServiceRecord RecordOf(int service) => _records[service];

    /// <summary>
    /// Takes an event. The list is the supervisor's own and valid until the next event. Where memory ends before anything has come of
    /// it, that is thrown, and the same event can be handed over again; where it ends later, what has come of it stands, and the rest
    /// is made up for at the next event.
    /// </summary>
    public IReadOnlyList<Effect> Handle(SystemEvent happened, Instant at)
    {
        NoteStandstill(at);
        _now = at;
        _effects.Clear();
        _hasTakenEffect = false;
        try
        {
            if (_isDisturbed)
                Recover();
            GiveTimeBack();
            _hasTakenEffect = false;
            Dispatch(happened);
            _hasTakenEffect = true;
            Settle();
        }
        catch (OutOfMemoryException)
        {
            Disturb(at);
            if (!_hasTakenEffect)
                throw;
        }
        return _effects;
    }

    /// <summary>Until nothing more follows.</summary>
    private void Settle()
    {
        do
        {
            do
            {
                // Taken from the queue when it is done: where memory ends before, Recover keeps what follows from no state.
                while (_followUps.TryPeek(out var next))
                {
                    Apply(next.Service, next.Event);
                    _ = _followUps.Dequeue();
                }
            }
            while (NextCleanup() || MovePhase());
            if (!IsEnding)
                _orphans.Advance(FreePlaces, _now);
        }
        while (NextCleanup());
        TellWhetherDegraded();
    }

    private void Dispatch(SystemEvent happened)
    {
        switch (happened)
        {
            case SystemEvent.Begin:
                _phaseSince = _now;
                Tell(new Notice.StartingUp(_states.Length));
                for (var index = 0; index < _states.Length; index++)
                    if (_gate.IsOpen(index))
                        _followUps.Enqueue((index, new ServiceEvent.Start()));
                break;
            case SystemEvent.SignalArrived(var signal, var isOfKernel):
                SignalArrived(signal, isOfKernel);
                break;
            case SystemEvent.ChildEnded ended:
                ChildEnded(ended);
                break;
            case SystemEvent.ChildrenCollected(var anyLeft):
                ChildrenCollected(anyLeft);
                break;
            case SystemEvent.Spawned spawned:
                Spawned(spawned);
                break;
            case SystemEvent.SpawnFailed(var run, var reason, var code, var isShortage):
                SpawnFailed(run, reason, code, isShortage);
                break;
            case SystemEvent.Executed(var run):
                Current(run, new RunEvent.Executed());
                break;
            case SystemEvent.Notified(var run):
                Current(run, new RunEvent.Notified());
                break;
            case SystemEvent.Said(var run, var message):
                Said(run, message);
                break;
            case SystemEvent.MainChanged(var run, var pid):
                MainChanged(run, pid);
                break;
            case SystemEvent.MainRefused(var run, var reason):
                if (OwnerOf(run) is { } service && _states[service] is ServiceState.Active { Run: RunState.Starting { IsForked: true } })
                    Current(run, new RunEvent.ProbeEnded(new ProbeFailure(reason)));
                break;
            case SystemEvent.RunEmpty(var run):
                Current(run, new RunEvent.RunEmpty());
                break;
            case SystemEvent.OutOfMemory counted:
                OutOfMemory(counted);
                break;
            case SystemEvent.ProbeSpawned(var run, var pid):
                Enter(EntryKind.Probe, run, pid);
                if (!Current(run, new RunEvent.ProbeSpawned(pid)))
                    _effects.Add(new Effect.KillHelper(run, pid));
                break;
            case SystemEvent.ProbeSpawnFailed(var run):
                Current(run, new RunEvent.ProbeNotStarted());
                break;
            case SystemEvent.StopCommandSpawned(var run, var pid):
                Enter(EntryKind.StopCommand, run, pid);
                if (!Current(run, new RunEvent.StopCommandSpawned(pid)))
                    _effects.Add(new Effect.KillHelper(run, pid));
                break;
            case SystemEvent.StopCommandNotStarted(var run):
                Current(run, new RunEvent.StopCommandEnded(null));
                break;
            case SystemEvent.Reloaded(var plan):
                Reloaded(plan);
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

    /// <summary>The service that a run is of; null where the run is over.</summary>
    private int? OwnerOf(long run) =>
        Registry.Find(run) is { Kind: EntryKind.Service, Service: var service } && service < _states.Length &&
        StatePredicates.RunOf(_states[service]) == run ? service : null;

    /// <summary>Passes an event to the service that a run is of, unless the run is over.</summary>
    private bool Current(long run, RunEvent happened)
    {
        if (OwnerOf(run) is not { } service)
            return false;
        Apply(service, new ServiceEvent.OfRun(happened));
        return true;
    }

    private void TimePassed()
    {
        while (_deadlines.TakeDue(_now) is >= 0 and var service)
        {
            try
            {
                Apply(service, new ServiceEvent.DeadlinePassed());
            }
            catch (OutOfMemoryException)
            {
                _deadlines.Set(service, _states[service].Due);
                throw;
            }
        }
        if (_now >= Phase.Due)
            PhaseTimedOut();
        if (_now >= _limits.Due)
            Look();
        if (_now >= _memory.Due)
            ReadMemory();
        if (_now >= _sweepAt)
            Sweep();
        if (_now >= _compareAt)
            Compare([], strangers: false);
    }

    private void Tell(Notice notice)
    {
        MayEndHere();
        _effects.Add(new Effect.Report(notice));
    }

    private static int Difference(bool before, bool after) => (after ? 1 : 0) - (before ? 1 : 0);

    private ImmutableArray<string> NamesOf(Func<ServiceState, bool> which) =>
        [.. _plan.Services.Where(s => which(_states[s.Index])).Select(s => s.Name)];
}
