using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// What is done where memory ended in the middle of an event. The states of the services are the truth: each is put in its place
/// whole, together with what is to be done for it. Counts, queues, deadlines and the registry follow from the states and are made anew.
/// What never came to be a state (an event that was lost) is found by asking the kernel what there is of each run.
/// </summary>
public sealed partial class Supervisor
{
    /// <summary>From an event that could not be handled to the next attempt.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>From there to the comparison with the kernel: what was on its way has come by then.</summary>
    private static readonly TimeSpan UntilCompared = TimeSpan.FromSeconds(1);

    private bool _isDisturbed;
    private bool _hasTakenEffect;
    private Instant _resumeAt = Instant.Never;
    private Instant _compareAt = Instant.Never;

    /// <summary>An event was lost, or something that was asked for was not done.</summary>
    public void Disturb(Instant now)
    {
        _isDisturbed = true;
        _resumeAt = now + Pause;
        _compareAt = Instant.Earlier(_compareAt, now + UntilCompared);
    }

    /// <summary>Memory may end here. A release has no such method.</summary>
    partial void MayEndHere();

#if DEBUG
    /// <summary>Called where memory may end, so that tests can let it end there.</summary>
    public Action? Allocates { get; set; }

    partial void MayEndHere() => Allocates?.Invoke();
#endif

    /// <summary>Everything that follows from the states.</summary>
    private void Recover()
    {
        MayEndHere();
        _gate = new StartGate(_plan, _states);
        _order = new StopOrder(_plan, _states);
        for (var service = 0; service < _states.Length; service++)
            if (StatePredicates.IsSettled(_states[service]))
                _records[service] = _records[service].Settled();
        Recount();
        EnterAnew();
        _orphans.Recount();
        // What follows from the states is put back below; what was asked for once, and by no state, is kept.
        for (var left = _followUps.Count; left > 0; left--)
            if (_followUps.Dequeue() is { Event: ServiceEvent.GiveUp or ServiceEvent.Reconfigure } asked)
                _followUps.Enqueue(asked);
        foreach (var service in _plan.Services)
        {
            MayEndHere();
            if (StatePredicates.IsQueued(_states[service.Index]) && !_queued.Contains(service.Index))
                _queued.Enqueue(service.Index);
            PutBack(service);
        }
        (_isDisturbed, _resumeAt) = (false, Instant.Never);
    }

    /// <summary>What its state asks for; whoever has had it already takes no harm.</summary>
    private void PutBack(PlannedService service)
    {
        var (index, state) = (service.Index, _states[service.Index]);
        if (Phase is Phase.ShuttingDown)
            StopIfItsTurn(index);
        else if (Phase is Phase.Killing && !StatePredicates.IsOver(state) &&
            state is not ServiceState.Active { Run: RunState.Killing or RunState.OthersKilling })
            _followUps.Enqueue((index, new ServiceEvent.Kill()));
        if (IsEnding)
            return;
        if (_records[index].RestartsWith is { } dependency)
            _followUps.Enqueue((index, new ServiceEvent.Restart(_plan.Services[dependency].Name)));
        Place(service);
        if (state is ServiceState.Active { Run: RunState.Launching or RunState.Starting or RunState.Ready } && !service.IsRetired &&
            _running[index] is { } running && !LaunchSignature.AreSame(running, service.Settings))
            _followUps.Enqueue((index, Reconfigure));
        if (StatePredicates.IsBroken(state) && !service.IsRetired)
            EndBecauseOf(index, state);
    }

    /// <summary>The registry has each run, with its main process, and no other.</summary>
    private void EnterAnew()
    {
        List<Entry>? stale = null;
        foreach (var entry in Registry.Entries)
            if (entry.Kind == EntryKind.Service &&
                (entry.Service >= _states.Length || StatePredicates.RunOf(_states[entry.Service]) != entry.Sequence))
                (stale ??= []).Add(entry);
        foreach (var entry in stale ?? [])
            Registry.Remove(entry);
        for (var service = 0; service < _states.Length; service++)
        {
            if (BeliefOf(service) is not { } believed)
                continue;
            var entry =
                Registry.Find(believed.RunNumber) ?? Registry.Restore(believed.RunNumber, _plan.Services[service].Name, service, _now);
            if (entry.Pid != believed.Main)
                Registry.Collected(entry);
            if (believed.Main > 0)
                Registry.Started(entry, believed.Main);
        }
    }

    private RunBelief? BeliefOf(int service) => StatePredicates.RunStateOf(_states[service]) is { } run ? RunBelief.Of(run) : null;

    /// <summary>Asks what there is of each run, of everything that is entered.</summary>
    private void Compare(IReadOnlyList<Membership.Stranger> known, bool strangers)
    {
        _compareAt = Instant.Never;
        var runs = new List<RunBelief>();
        for (var service = 0; service < _states.Length; service++)
            if (BeliefOf(service) is { } believed)
                runs.Add(believed);
        var helpers = new List<HelperBelief>();
        foreach (var entry in Registry.Entries)
            if (entry is { Kind: EntryKind.Probe or EntryKind.StopCommand, Pid: > 0 })
                helpers.Add(new HelperBelief(entry.Sequence, entry.Parent, entry.Pid));
        _effects.Add(new Effect.Sweep(runs, helpers, known, strangers) { IsWhole = true });
    }

    /// <summary>What of a run was lost on its way, told by what there is.</summary>
    private void Correct(RunFacts facts)
    {
        var (number, stage, _) = facts.Believed;
        if (OwnerOf(number) is not { } service || BeliefOf(service) != facts.Believed)
            return;
        Repairs++;
        Tell(new Notice.Repaired($"{_plan.Services[service].Name}: what became of its run was lost on its way, and was found by looking"));
        if (stage == RunStage.Collected)
        {
            Current(number, new RunEvent.RunEmpty());
            return;
        }
        if (stage == RunStage.Asked)
        {
            if (facts.Main == 0)
            {
                SpawnFailed(number, "mcp-init has no memory for it", ExitCodes.System, isShortage: true);
                return;
            }
            Spawned(new SystemEvent.Spawned(number, facts.Main));
        }
        if (!facts.HasMain && Registry.Find(number) is { } entry)
            MainEnded(entry, new SystemEvent.ChildEnded(
                facts.Main, facts.Status ?? ExitStatus.Exited(ExitCodes.System), facts.Problem, OthersLeft: facts.IsThere,
                facts.IsShortage));
        else if (facts.IsExecuted)
            Current(number, new RunEvent.Executed());
    }

    /// <summary>The end of a probe or a stop command was lost on its way; how it ended says nothing.</summary>
    private void HelperLost(long sequence)
    {
        if (Registry.Find(sequence) is not { Kind: EntryKind.Probe or EntryKind.StopCommand } helper)
            return;
        Repairs++;
        Current(helper.Parent, helper.Kind == EntryKind.Probe
            ? new RunEvent.ProbeNotStarted() : new RunEvent.StopCommandEnded(ExitStatus.Exited(0)));
        Registry.Remove(helper);
    }
}
