using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>Lets one service take its step, and passes the consequences on to the services around it.</summary>
internal sealed class ServiceDriver(
    Response response, ServiceTable services, Registry registry, Phases phases, CleanupQueue cleanups, IServiceWatch[] watches,
    OomLedger ooms, DeadlineHeap deadlines, Jitter jitter)
{
    /// <summary>Passes an event to the service that owns a run, unless the run is over.</summary>
    public bool Current(long run, RunEvent happened)
    {
        if (services.OwnerOf(run) is not { } service)
            return false;
        Apply(service, new ServiceEvent.OfRun(happened));
        return true;
    }

    public void Apply(int service, ServiceEvent happened)
    {
        var before = services.States[service];
        if (Admit(service, happened, before) is not { } admitted)
            return;
        happened = admitted;
        response.MayEndHere();
        ServiceStep step;
        try
        {
            step = Step(Context(service), before, happened);
        }
#pragma warning disable CA1031 // Whatever the exception is: the effects that the services before it owe must not be lost with it.
        catch (Exception bug) when (bug is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            response.Tell(Notices.Bug.Of($"{services.NameOf(service)}: {bug.Message}"));
            return;
        }
        // The result of a service that the file does not have any more does not count.
        var after = services.IsRetired(service) && StatePredicates.IsOver(step.State) ? new ServiceState.Stopped() : step.State;
        var isLaunched = after is ServiceState.Active && before is not ServiceState.Active;
        response.Effects.EnsureCapacity(response.Effects.Count + step.Effects.Length);
        if (isLaunched)
            _ = registry.Add(EntryKind.Run, services.NameOf(service), new RunOwner.Service(service), 0, response.Now);
        response.MayEndHere();
        // From here to the last effect nothing is allocated: a state and the effects that belong to it come together or not at all.
        response.HasTakenEffect = true;
        services.States[service] = after;
        if (!StatePredicates.AreAlike(before, after))
            services.Records[service] = services.Records[service] with { ChangedAt = response.Now };
        if (StatePredicates.IsEnding(after) && !StatePredicates.IsEnding(before))
            services.Records[service] =
                services.Records[service] with { EndingSince = response.Now, KillRetries = services.Plan.Settings.Shutdown.Retries };
        if (isLaunched)
        {
            services.Running[service] = services.Plan.Services[service].Settings;
            services.Records[service] = services.Records[service] with
            {
                Memory = null, Levels = default, Status = null, Doing = null, RestartsWith = null, HeldBy = null,
            };
        }
        var subject = StatePredicates.RunOf(before) ?? StatePredicates.RunOf(after) ?? 0;
        foreach (var effect in step.Effects)
        {
            if (effect is Effect.Report(var notice))
                notice.Run = subject;
            response.Add(effect);
        }
        if (happened is ServiceEvent.Restart)
            services.Records[service] = services.Records[service] with { RestartsWith = null };
        // No state of the dependents tells that they are to be restarted. This is recorded here; otherwise it would be lost if memory ran
        // out before they are asked.
        if (HasCeasedToBeReady(before, after) && !phases.IsEnding)
            foreach (var dependent in services.Named.RestartedWith(service))
                services.Records[dependent] = services.Records[dependent] with { RestartsWith = service };
        if (StatePredicates.RunOf(before) is { } run && StatePredicates.RunOf(after) != run)
            Forget(run);
        deadlines.Set(service, after.Due);
        response.MayEndHere();
        // The service has waited long for its turn. In case its place was lost, it gets another.
        if (happened is ServiceEvent.DeadlinePassed && StatePredicates.IsQueued(before))
            cleanups.Restore(service);
        Propagate(service, before, after);
    }

    /// <summary>
    /// Whether a service takes an event in its current state. Between the cause of an event and its turn, the state of the service or the
    /// phase may have changed; then the event is dropped or replaced.
    /// </summary>
    /// <returns>The event to take; null for none.</returns>
    private ServiceEvent? Admit(int service, ServiceEvent happened, ServiceState state) =>
        (happened, state) switch
        {
            (ServiceEvent.Start, ServiceState.Waiting) => MayStart(service) ? happened : null,
            (ServiceEvent.Start, _) => null,
            (ServiceEvent.Skip, not ServiceState.Waiting) => null,
            (ServiceEvent.Resume, not ServiceState.Skipped) => null,
            (ServiceEvent.DeadlinePassed, ServiceState.Backoff or ServiceState.Open) =>
                services.Gate.HasDependencies(service) ? happened : new ServiceEvent.Postpone(),
            // No dependent waits any more for the service to become ready. It is stopped when its dependents have ended.
            (ServiceEvent.DeadlinePassed, ServiceState.Active { Run: RunState.Starting }) => phases.IsEnding ? null : happened,
            // Another service that was given up may have begun the shutdown, which has an order of its own.
            (ServiceEvent.GiveUp or ServiceEvent.Restart, _) => phases.IsEnding ? null : happened,
            _ => happened,
        };

    /// <summary>The run takes its step first, then the service goes by what became of the run.</summary>
    private ServiceStep Step(in ServiceContext service, ServiceState state, ServiceEvent happened) =>
        happened is ServiceEvent.OfRun(var ofRun) && state is ServiceState.Active active
            ? ServiceMachine.Follow(service, active, RunMachine.Step(service.Run, active.Run, ofRun, response.Now), response.Now)
            : ServiceMachine.Step(service, state, happened, response.Now);

    private static bool HasCeasedToBeReady(ServiceState before, ServiceState after) =>
        before is ServiceState.Active { Run: RunState.Ready } && after is not ServiceState.Active { Run: RunState.Ready };

    private bool MayStart(int service) =>
        !phases.IsEnding &&
            (services.Gate.IsOpen(service) || (services.Records[service].Starts > 0 && services.Gate.HasDependencies(service)));

    private void Forget(long run)
    {
        ooms.Forget(run);
        foreach (var watch in watches)
            watch.Forget(run);
        if (registry.Find(run) is { } entry)
            registry.Remove(entry);
    }

    private void Propagate(int service, ServiceState before, ServiceState after)
    {
        phases.Changed(service, before, after);
        cleanups.Changed(service, before, after);
        foreach (var watch in watches)
            watch.Changed(service, before, after, response.Now);
        services.Gate.Changed(service, before, after, opened => response.Follow(opened, new ServiceEvent.Start()));
        response.MayEndHere();
        services.Order.Changed(service, before, after, phases.StopIfItsTurn);
        if (StatePredicates.IsBroken(after) && !StatePredicates.IsBroken(before))
            Broke(service, after);
        if (StatePredicates.Satisfies(after) && !StatePredicates.Satisfies(before) && !phases.IsEnding)
            foreach (var dependent in services.Gate.NeededBy(service))
                if (services.States[dependent] is ServiceState.Skipped && !services.NeedsBroken(dependent))
                    response.Follow(dependent, new ServiceEvent.Resume());
        if (HasCeasedToBeReady(before, after) && !phases.IsEnding)
            foreach (var dependent in services.Named.RestartedWith(service))
                response.Follow(dependent, new ServiceEvent.Restart(services.NameOf(service)));
        if (after is ServiceState.Waiting && before is not ServiceState.Waiting && !phases.IsEnding && !services.IsRetired(service))
            StartAnew(service);
        // Once the shutdown has begun, no service starts any more, not even one that was about to be tried again.
        if ((phases.IsEnding || services.IsRetired(service)) &&
            (after is ServiceState.Backoff or ServiceState.Open or ServiceState.Waiting))
            response.Follow(service, new ServiceEvent.Stop());
    }

    /// <summary>
    /// Starts a service whose old run has ended, or skips it: a dependency may have failed for good in the meantime.
    /// </summary>
    public void StartAnew(int service)
    {
        foreach (var dependency in services.Plan.Services[service].DependsOn)
        {
            if (!services.IsBroken(dependency))
                continue;
            response.Follow(service, new ServiceEvent.Skip(dependency, StatePredicates.ExitCodeOf(services.States[dependency])));
            return;
        }
        response.Follow(service, new ServiceEvent.Start());
    }

    private void Broke(int service, ServiceState after)
    {
        if (phases.IsEnding || services.IsRetired(service) || services.Records[service].HeldBy is not null)
            return;
        foreach (var dependent in services.Gate.NeededBy(service))
        {
            if (services.States[dependent] is not ServiceState.Waiting)
                continue;
            response.Follow(dependent, new ServiceEvent.Skip(service, StatePredicates.ExitCodeOf(after)));
        }
        if (after is ServiceState.Skipped(var dependency, _))
            response.Tell(Notices.ServiceSkipped.Of(services.NameOf(service), services.NameOf(dependency)));
        phases.EndBecauseOf(service, after);
    }

    private ServiceContext Context(int service) => new(
        new RunContext(services.SettingsOf(service), registry.Next, jitter.Roll(), phases.IsEnding, services.Records[service].KillRetries),
        phases.Phase is Phase.StartingUp && !services.IsOwn(service) ? services.Plan.Settings.Startup.Retries : null)
    {
        Awaited = services.AwaitedBy(service),
    };

    /// <summary>Counts again, from the states, everything that is counted incrementally.</summary>
    public void Recount()
    {
        foreach (var watch in watches)
            watch.PutInForce(services.Plan, services.States, response.Now);
        phases.Recount();
        cleanups.Recount();
        for (var service = 0; service < services.States.Length; service++)
            deadlines.Set(service, services.States[service].Due);
    }
}
