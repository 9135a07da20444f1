using System.Collections.Immutable;
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
    private readonly Plan plan;
    private readonly Dice dice;
    private readonly ServiceState[] states;
    private readonly StartGate gate;
    private readonly StopOrder order;
    private readonly DeadlineHeap deadlines;
    private readonly Dictionary<int, Child> children = [];
    private readonly Queue<(int Service, ServiceEvent Event)> followUps = new();
    private readonly List<Effect> effects = [];
    private readonly Instant startedAt;
    private Instant now;
    private Instant phaseSince;
    private long lastRun;
    private int unsettled;
    private int active;
    private int over;

    public Supervisor(Plan plan, ulong seed, Instant startedAt)
    {
        ArgumentNullException.ThrowIfNull(plan);
        this.plan = plan;
        this.startedAt = startedAt;
        dice = new Dice(seed);
        gate = new StartGate(plan);
        order = new StopOrder(plan);
        states = new ServiceState[plan.Services.Length];
        Array.Fill(states, new ServiceState.Waiting());
        deadlines = new DeadlineHeap(states.Length);
        unsettled = states.Length;
        Phase = new Phase.StartingUp(startedAt + plan.Settings.Startup.Timeout);
    }

    public Phase Phase { get; private set; }

    /// <summary>When <see cref="SystemEvent.TimePassed"/> is wanted although nothing happened.</summary>
    public Instant Due => Instant.Earlier(deadlines.Earliest, Phase.Due);

    public ServiceState StateOf(int service) => states[service];

    /// <summary>Takes an event. The list is the supervisor's own and valid until the next event.</summary>
    public IReadOnlyList<Effect> Handle(SystemEvent happened, Instant at)
    {
        now = at;
        effects.Clear();
        Dispatch(happened);
        do
        {
            while (followUps.TryDequeue(out var next))
                Apply(next.Service, next.Event);
        }
        while (MovePhase());
        return effects;
    }

    private void Dispatch(SystemEvent happened)
    {
        switch (happened)
        {
            case SystemEvent.Begin:
                phaseSince = now;
                Tell(new Notice.StartingUp(states.Length));
                for (var service = 0; service < states.Length; service++)
                    if (gate.IsOpen(service))
                        followUps.Enqueue((service, new ServiceEvent.Start()));
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
                children[pid] = new Child(service, run, IsProbe: false);
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
            case SystemEvent.GroupEmpty(var service, var run):
                Current(service, run, new ServiceEvent.GroupEmpty());
                break;
            case SystemEvent.ProbeSpawned(var service, var run, var pid):
                children[pid] = new Child(service, run, IsProbe: true);
                if (!Current(service, run, new ServiceEvent.ProbeSpawned(pid)))
                    effects.Add(new Effect.KillProbe(service, pid));
                break;
            case SystemEvent.ProbeSpawnFailed(var service, var run):
                Current(service, run, new ServiceEvent.ProbeEnded(Succeeded: false));
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
        if (Standing.RunOf(states[service]) != run)
            return false;
        Apply(service, happened);
        return true;
    }

    private void ChildEnded(SystemEvent.ChildEnded ended)
    {
        if (!children.Remove(ended.Pid, out var child))
            Tell(new Notice.OrphanReaped(ended.Pid, ended.Status));
        else if (child.IsProbe)
            Current(child.Service, child.RunNumber, new ServiceEvent.ProbeEnded(ended.Status.IsSuccess));
        else
            Current(child.Service, child.RunNumber, new ServiceEvent.Exited(ended.Status, ended.Problem, ended.OthersLeft));
    }

    private void TimePassed()
    {
        while (deadlines.TakeDue(now) is >= 0 and var service)
            Apply(service, new ServiceEvent.DeadlinePassed());
        if (now >= Phase.Due)
            PhaseTimedOut();
    }

    private void Apply(int service, ServiceEvent happened)
    {
        var before = states[service];
        if (happened is ServiceEvent.Start && (before is not ServiceState.Waiting || !gate.IsOpen(service) || IsEnding))
            return;
        if (happened is ServiceEvent.Skip && before is not ServiceState.Waiting)
            return;
        ServiceStep step;
        try
        {
            step = ServiceMachine.Step(Context(service), before, happened, now);
        }
        catch (InvalidOperationException bug)
        {
            Tell(new Notice.Bug($"{plan.Services[service].Name}: {bug.Message}"));
            return;
        }
        var after = step.State;
        states[service] = after;
        if (after is ServiceState.Launching && before is not ServiceState.Launching)
            lastRun++;
        effects.AddRange(step.Effects);
        deadlines.Set(service, after.Due);
        Propagate(service, before, after);
    }

    private void Propagate(int service, ServiceState before, ServiceState after)
    {
        unsettled += Difference(!Standing.IsSettled(before), !Standing.IsSettled(after));
        active += Difference(Standing.IsActive(before), Standing.IsActive(after));
        over += Difference(Standing.IsOver(before), Standing.IsOver(after));
        gate.Changed(service, before, after, opened => followUps.Enqueue((opened, new ServiceEvent.Start())));
        order.Changed(service, before, after, StopIfItsTurn);
        if (Standing.IsBroken(after) && !Standing.IsBroken(before))
            Broke(service, after);
        // Nothing new starts once the end has begun, whoever was about to be tried again.
        if (IsEnding && after is ServiceState.Backoff or ServiceState.Waiting)
            followUps.Enqueue((service, new ServiceEvent.Stop()));
    }

    private void Broke(int service, ServiceState after)
    {
        if (IsEnding)
            return;
        foreach (var dependent in gate.NeededBy(service))
        {
            if (states[dependent] is not ServiceState.Waiting)
                continue;
            followUps.Enqueue((dependent, new ServiceEvent.Skip(service, Standing.ExitCodeOf(after))));
        }
        if (after is ServiceState.Skipped(var dependency, _))
            Tell(new Notice.Skipped(plan.Services[service].Name, plan.Services[dependency].Name));
        EndBecauseOf(service, after);
    }

    private ServiceContext Context(int service) => new(
        service,
        plan.Services[service].Settings,
        Phase is Phase.StartingUp ? plan.Settings.Startup.Retries : null,
        lastRun + 1,
        dice.Roll());

    private void Tell(Notice notice) => effects.Add(new Effect.Report(notice));

    private static int Difference(bool before, bool after) => (after ? 1 : 0) - (before ? 1 : 0);

    private ImmutableArray<string> NamesOf(Func<ServiceState, bool> which) =>
        [.. plan.Services.Where(s => which(states[s.Index])).Select(s => s.Name)];

    /// <summary>Whose process a pid is, until it is collected.</summary>
    private readonly record struct Child(int Service, long RunNumber, bool IsProbe);
}
