namespace MetaMcp.Init.Core.Supervision;

/// <summary>One service takes its step, and what that means to those around it.</summary>
public sealed partial class Supervisor
{
    private readonly Queue<(int Service, ServiceEvent Event)> _followUps = new();
    private int _unsettled;
    private int _active;
    private int _over;
    private int _missing;

    private void Apply(int service, ServiceEvent happened)
    {
        var before = _states[service];
        if (happened is ServiceEvent.Start && (before is not ServiceState.Waiting || !MayStart(service)))
            return;
        if ((happened is ServiceEvent.Skip && before is not ServiceState.Waiting) ||
            (happened is ServiceEvent.Resume && before is not ServiceState.Skipped))
            return;
        if (happened is ServiceEvent.DeadlinePassed && (before is ServiceState.Backoff or ServiceState.Open) &&
            !_gate.HasDependencies(service))
            happened = new ServiceEvent.Postpone();
        // Nobody waits for it to become ready any more; it is stopped when those that depend on it are gone.
        if (happened is ServiceEvent.DeadlinePassed && before is ServiceState.Active { Run: RunState.Starting } && IsEnding)
            return;
        // Another one given up may have begun the end of everything, which has an order of its own.
        if (IsEnding && happened is (ServiceEvent.GiveUp or ServiceEvent.Restart))
            return;
        MayEndHere();
        ServiceStep step;
        try
        {
            step = ServiceMachine.Step(Context(service), before, happened, _now);
        }
#pragma warning disable CA1031 // Of whatever kind: what the services before it are owed by now must not be lost with it.
        catch (Exception bug) when (bug is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Tell(new Notice.Bug($"{_plan.Services[service].Name}: {bug.Message}"));
            return;
        }
        // What one that is in the file no more came to is of no account.
        var after = IsRetired(service) && StatePredicates.IsOver(step.State) ? new ServiceState.Stopped() : step.State;
        var isLaunched = after is ServiceState.Active && before is not ServiceState.Active;
        _effects.EnsureCapacity(_effects.Count + step.Effects.Length);
        if (isLaunched)
            _ = Registry.Add(EntryKind.Service, _plan.Services[service].Name, service, 0, _now);
        MayEndHere();
        // From here to the last of its effects nothing is allocated: a state and what is to be done for it come together or not at all.
        _hasTakenEffect = true;
        _states[service] = after;
        if (!StatePredicates.AreAlike(before, after))
            _records[service] = _records[service] with { ChangedAt = _now };
        if (StatePredicates.IsEnding(after) && !StatePredicates.IsEnding(before))
            _records[service] = _records[service] with { EndingSince = _now, KillRetries = _plan.Settings.Shutdown.Retries };
        if (isLaunched)
        {
            _running[service] = _plan.Services[service].Settings;
            _records[service] =
                _records[service] with { Memory = null, Level = MemoryLevel.Normal, Status = null, Doing = null, RestartsWith = null };
        }
        foreach (var effect in step.Effects)
            _effects.Add(effect);
        if (happened is ServiceEvent.Restart)
            _records[service] = _records[service] with { RestartsWith = null };
        // No state says that they are to: noted here, or it would be lost where memory ends before it is asked for.
        if (HasCeasedToBeReady(before, after) && !IsEnding)
            foreach (var dependent in _named.RestartedWith(service))
                _records[dependent] = _records[dependent] with { RestartsWith = service };
        if (StatePredicates.RunOf(before) is { } run && StatePredicates.RunOf(after) != run)
            Forget(run);
        _deadlines.Set(service, after.Due);
        MayEndHere();
        // It has waited long for its turn; should its place have been lost, it has another.
        if (happened is ServiceEvent.DeadlinePassed && StatePredicates.IsQueued(before) && StatePredicates.IsQueued(after) &&
            !_queued.Contains(service))
            _queued.Enqueue(service);
        Propagate(service, before, after);
    }

    private static bool HasCeasedToBeReady(ServiceState before, ServiceState after) =>
        before is ServiceState.Active { Run: RunState.Ready } && after is not ServiceState.Active { Run: RunState.Ready };

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
        var wasMissing = IsMissing(service, before);
        if (StatePredicates.IsSettled(after))
        {
            _unsettled -= _records[service].HasSettled ? 0 : 1;
            _records[service] = _records[service].Settled();
        }
        _active += Difference(StatePredicates.IsActive(before), StatePredicates.IsActive(after));
        _over += Difference(StatePredicates.IsOver(before), StatePredicates.IsOver(after));
        _missing += Difference(wasMissing, IsMissing(service, after));
        Cleaned(service, before, after);
        _limits.Changed(service, before, after, _now);
        _memory.Changed(service, before, after, _now);
        _gate.Changed(service, before, after, opened => _followUps.Enqueue((opened, new ServiceEvent.Start())));
        MayEndHere();
        _order.Changed(service, before, after, StopIfItsTurn);
        if (StatePredicates.IsBroken(after) && !StatePredicates.IsBroken(before))
            Broke(service, after);
        if (StatePredicates.Satisfies(after) && !StatePredicates.Satisfies(before) && !IsEnding)
            foreach (var dependent in _gate.NeededBy(service))
                if (_states[dependent] is ServiceState.Skipped && !NeedsBroken(dependent))
                    _followUps.Enqueue((dependent, new ServiceEvent.Resume()));
        if (HasCeasedToBeReady(before, after) && !IsEnding)
            foreach (var dependent in _named.RestartedWith(service))
                _followUps.Enqueue((dependent, new ServiceEvent.Restart(_plan.Services[service].Name)));
        if (after is ServiceState.Waiting && before is not ServiceState.Waiting && !IsEnding && !IsRetired(service))
            StartAnew(service);
        // Nothing new starts once the end has begun, whoever was about to be tried again.
        if ((IsEnding || IsRetired(service)) && (after is ServiceState.Backoff or ServiceState.Open or ServiceState.Waiting))
            _followUps.Enqueue((service, new ServiceEvent.Stop()));
    }

    /// <summary>What it depends on may be there again by the time it has ended, or have failed for good.</summary>
    private void StartAnew(int service)
    {
        foreach (var dependency in _plan.Services[service].DependsOn)
        {
            if (!StatePredicates.IsBroken(_states[dependency]))
                continue;
            _followUps.Enqueue((service, new ServiceEvent.Skip(dependency, StatePredicates.ExitCodeOf(_states[dependency]))));
            return;
        }
        _followUps.Enqueue((service, new ServiceEvent.Start()));
    }

    private bool NeedsBroken(int service)
    {
        foreach (var dependency in _plan.Services[service].DependsOn)
            if (StatePredicates.IsBroken(_states[dependency]))
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
            _followUps.Enqueue((dependent, new ServiceEvent.Skip(service, StatePredicates.ExitCodeOf(after))));
        }
        if (after is ServiceState.Skipped(var dependency, _))
            Tell(new Notice.Skipped(_plan.Services[service].Name, _plan.Services[dependency].Name));
        EndBecauseOf(service, after);
    }

    private ServiceContext Context(int service) => new(
        new RunContext(SettingsOf(service), Registry.Next, _jitter.Roll(), IsEnding, _records[service].KillRetries),
        Phase is Phase.StartingUp ? _plan.Settings.Startup.Retries : null);
}
