using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Reload;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Repair;

/// <summary>
/// Repairs the bookkeeping after memory ran out in the middle of an event. The states of the services are the truth: each state was set
/// together with the effects that belong to it. Counts, queues, deadlines and the registry follow from the states and are made anew. An
/// event that was lost before it changed a state is found by comparing each run with the kernel.
/// </summary>
internal sealed class Recovery(
    Response response, ServiceTable services, Registry registry, Phases phases, CleanupQueue cleanups, Pool pool, OrphanWatch orphans,
    ServiceDriver driver, ReloadEvents reload, Reconciler reconciler)
{
    /// <summary>The time from an event that could not be handled to the next attempt.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The time from that attempt to the comparison with the kernel: answers that were under way have come by then.</summary>
    private static readonly TimeSpan UntilCompared = TimeSpan.FromSeconds(1);

    /// <summary>The time at which everything is made anew; never if nothing was lost.</summary>
    public Instant ResumeAt { get; private set; } = Instant.Never;

    public bool IsDisturbed => ResumeAt != Instant.Never;

    /// <summary>An event was lost, or an effect was not performed.</summary>
    public void Disturb(Instant now)
    {
        ResumeAt = now + Pause;
        reconciler.Confirm(now + UntilCompared);
    }

    /// <summary>Makes anew everything that follows from the states.</summary>
    public void Recover()
    {
        response.MayEndHere();
        services.RecountOrder();
        for (var service = 0; service < services.States.Length; service++)
            if (StatePredicates.IsSettled(services.States[service]))
                services.Records[service] = services.Records[service].Settled();
        driver.Recount();
        EnterAnew();
        pool.Recount();
        orphans.Recount();
        cleanups.RestoreOrphans();
        cleanups.RestoreLaunched();
        // Follow-up events that a state implies are put back below. Events that were requested once and that no state implies are kept.
        for (var left = response.FollowUps.Count; left > 0; left--)
            if (response.FollowUps.Dequeue() is { Event: ServiceEvent.GiveUp or ServiceEvent.Reconfigure } asked)
                response.FollowUps.Enqueue(asked);
        foreach (var service in services.Plan.Services)
        {
            response.MayEndHere();
            cleanups.Restore(service.Index);
            PutBack(service);
        }
        ResumeAt = Instant.Never;
    }

    /// <summary>Sends the event that the state of the service asks for; a service that has had it already is not harmed.</summary>
    private void PutBack(PlannedService service)
    {
        var (index, state) = (service.Index, services.States[service.Index]);
        if (phases.Phase is Phase.ShuttingDown)
            phases.StopIfItsTurn(index);
        else if (phases.Phase is Phase.Killing && !StatePredicates.IsOver(state) &&
            state is not ServiceState.Active { Run: RunState.Killing or RunState.OthersKilling })
            response.Follow(index, new ServiceEvent.Kill());
        if (phases.IsEnding)
            return;
        if (services.Records[index].RestartsWith is { } dependency)
            response.Follow(index, new ServiceEvent.Restart(services.NameOf(dependency)));
        var isHeld = services.Records[index].HeldBy is not null;
        if (isHeld && !StatePredicates.IsOver(state) && !StatePredicates.IsEnding(state))
            response.Follow(index, new ServiceEvent.Stop());
        if (!isHeld || service.IsRetired)
            reload.Place(service);
        if (!isHeld && !service.IsRetired &&
            state is ServiceState.Active { Run: RunState.Spawning or RunState.Starting or RunState.Ready } &&
            services.Running[index] is { } running && !LaunchSignature.AreSame(running, service.Settings))
            response.Follow(index, ReloadEvents.Reconfigure);
        if (services.IsBroken(index) && !service.IsRetired)
            phases.EndBecauseOf(index, state);
    }

    /// <summary>Enters each run with its main process, and removes every other entry of a service.</summary>
    private void EnterAnew()
    {
        List<Entry>? stale = null;
        foreach (var entry in registry.Entries)
            if (entry is { Kind: EntryKind.Run, Owner: RunOwner.Service(var service) } &&
                (service >= services.States.Length || StatePredicates.RunOf(services.States[service]) != entry.Sequence))
                (stale ??= []).Add(entry);
        foreach (var entry in stale ?? [])
            registry.Remove(entry);
        for (var service = 0; service < services.States.Length; service++)
        {
            if (services.BeliefOf(service) is not { } believed)
                continue;
            var entry = registry.Find(believed.RunNumber) ??
                registry.Restore(believed.RunNumber, services.NameOf(service), new RunOwner.Service(service), response.Now);
            if (entry.Pid != believed.Main)
                registry.Collected(entry);
            if (believed.Main > 0)
                registry.Started(entry, believed.Main);
        }
    }
}
