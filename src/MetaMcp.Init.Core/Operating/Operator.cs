using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Reload;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// Requests that act. A service that an operator has stopped is held: it is not started again before an operator starts it, no rule takes
/// it for a failure, and services that wait for it go on waiting. A request is carried out for all of its names or, if one of them is not
/// known, for none.
/// </summary>
internal sealed class Operator(
    Response response, ServiceTable services, Phases phases, Pool pool, ReloadEvents reload, Tally tally)
{
    /// <param name="client">The client that gets the answer.</param>
    /// <param name="request">A verb that acts.</param>
    /// <param name="asker">For people: <c>root (pid 88)</c>.</param>
    public void Asked(long client, ControlRequest request, string asker)
    {
        var rows = new List<StatusRow>(request.Names.Length + 1);
        var end = Problem(request) ?? Act(request, asker, rows);
        rows.Add(end);
        response.Add(new Effect.AnswerClient(client, rows));
    }

    private EndRow? Problem(ControlRequest request)
    {
        if (phases.IsEnding && request.Verb is not (ControlVerb.Shutdown or ControlVerb.Signal))
            return new EndRow(ControlError.State, "mcp-init is shutting down.");
        foreach (var name in request.Names)
            if (Find(name) < 0 && InstancesOf(name).Count == 0)
                return services.Plan.Settings.FindServer(name) is not null
                    ? new EndRow(ControlError.State, $"No instance of the server {name} runs. Its clients start it.")
                    : new EndRow(ControlError.UnknownName, UnknownNames.Sentence(name, services.Plan));
        return request.Verb is ControlVerb.Start or ControlVerb.Restart ? HeldUp(request) : null;
    }

    /// <summary>
    /// A service that needs a held one would be stopped, and then wait until an operator starts the held one. Services of the same request
    /// are about to run.
    /// </summary>
    private EndRow? HeldUp(ControlRequest request)
    {
        var (asked, seen, way, held) = (new HashSet<int>(), new HashSet<int>(), new Stack<int>(), new List<string>());
        foreach (var name in request.Names)
        {
            if (Find(name) is not (>= 0 and var service))
                continue;
            _ = asked.Add(service);
            if (request.Verb == ControlVerb.Restart || !RunsAlready(service))
                way.Push(service);
        }
        while (way.TryPop(out var service))
            foreach (var dependency in services.Plan.Services[service].DependsOn)
            {
                if (StatePredicates.Satisfies(services.States[dependency]) || asked.Contains(dependency) || !seen.Add(dependency))
                    continue;
                if (services.Records[dependency].HeldBy is not null)
                    held.Add(services.NameOf(dependency));
                else if (HasYetToStart(services.States[dependency]))
                    way.Push(dependency);
            }
        if (held.Count == 0)
            return null;
        var (names, isOne) = (string.Join(", ", held), held.Count == 1);
        return new EndRow(
            ControlError.State,
            $"{names} {(isOne ? "is" : "are")} held, since an operator has stopped {(isOne ? "it" : "them")}, and " +
            $"{string.Join(", ", request.Names)} would wait; nothing was done. To start all: " +
            $"mcp-init {ControlVerbs.Word(request.Verb)} {string.Join(' ', held)} {string.Join(' ', request.Names)}");
    }

    /// <summary>It waits for its own dependencies before it is launched.</summary>
    private static bool HasYetToStart(ServiceState state) =>
        state is ServiceState.Waiting or ServiceState.Backoff or ServiceState.Open or ServiceState.Active { Run: EndingState };

    /// <summary>One that was stopped just now, before its process was there, does not.</summary>
    private bool RunsAlready(int service) =>
        services.Records[service].HeldBy is null && services.States[service] is ServiceState.Active { Run: not EndingState };

    private EndRow Act(ControlRequest request, string asker, List<StatusRow> rows)
    {
        switch (request.Verb)
        {
            case ControlVerb.Reload:
                Tell(request, asker);
                reload.Ask();
                return new EndRow();
            case ControlVerb.Shutdown:
                Tell(request, asker);
                phases.ShutDownBy(asker, request.IsEmergency);
                return new EndRow();
            default:
                response.FollowUps.EnsureCapacity(response.FollowUps.Count + request.Names.Length);
                Tell(request, asker);
                foreach (var name in request.Names)
                {
                    if (Find(name) is >= 0 and var service)
                        rows.Add(OfService(request, service, asker));
                    else
                        foreach (var instance in InstancesOf(name))
                            rows.Add(OfInstance(request, instance, asker));
                }
                return new EndRow();
        }
    }

    private void Tell(ControlRequest request, string asker) => response.Tell(Notices.Asked.Of(request.Words, asker));

    private TargetRow OfService(ControlRequest request, int service, string asker)
    {
        var state = services.States[service];
        var name = services.NameOf(service);
        ref var record = ref services.Records[service];
        var starts = record.Starts;
        switch (request.Verb)
        {
            case ControlVerb.Stop when StatePredicates.IsOver(state) && state is not ServiceState.Skipped:
                return Unchanged(name, "does not run", starts);
            case ControlVerb.Stop:
                record = record with { HeldBy = asker };
                response.Follow(service, new ServiceEvent.Stop());
                return Row(name, StatePredicates.IsActive(state) ? "is being stopped" : "is not started any more", starts);
            case ControlVerb.Start when RunsAlready(service):
                return Unchanged(
                    name, state is ServiceState.Active { Run: RunState.Ready } ? "runs already" : "is starting already", starts);
            case ControlVerb.Start or ControlVerb.Restart:
                record = record with { HeldBy = null };
                if (request.Verb == ControlVerb.Restart)
                    tally.RestartedByOperator(name);
                // Its dependencies may not be there: then it is started as soon as they are.
                response.Follow(service, ReloadEvents.Reconfigure);
                return Row(name, state is ServiceState.Active ? "is being restarted" : "is being started", starts);
            default:
                return Signalled(request, name, services.RunStateOf(service), starts);
        }
    }

    private TargetRow OfInstance(ControlRequest request, Instance instance, string asker)
    {
        switch (request.Verb)
        {
            case ControlVerb.Start:
                return Unchanged(instance.Name, "runs already", 0);
            case ControlVerb.Stop or ControlVerb.Restart when instance.State is InstanceState.Running:
                pool.StopBy(instance, asker);
                return Row(instance.Name, "is being stopped; its client starts another one when it needs one", 0);
            case ControlVerb.Stop or ControlVerb.Restart:
                return Unchanged(instance.Name, instance.State is InstanceState.Ending ? "is ending already" : "is just being launched", 0);
            default:
                return Signalled(request, instance.Name, instance.Run, 0);
        }
    }

    private TargetRow Signalled(ControlRequest request, string name, RunState? state, int starts)
    {
        if (request.Signal is not { } signal || state is not { } run || RunPredicates.MainOf(run) is not { } pid ||
            run is RunState.Starting { Readiness: Readiness.AwaitingExec })
            return Unchanged(name, "has no main process to send a signal to", starts);
        response.Add(new Effect.SignalMain(run.Number, pid, signal) { IsForwarded = true });
        return Row(name, $"was sent {signal} (pid {pid})", starts);
    }

    private static TargetRow Row(string name, string text, int starts) => new(name, text) { Starts = starts };

    private static TargetRow Unchanged(string name, string text, int starts) => new(name, text) { Starts = starts, IsUnchanged = true };

    /// <summary>The index of a service of the file; -1 if there is none of that name.</summary>
    private int Find(string name)
    {
        foreach (var service in services.Plan.Services)
            if (!service.IsRetired && service.Name == name)
                return service.Index;
        return -1;
    }

    /// <summary>The instance of that name (<c>memory@12</c>), or all that have a place and are of that type.</summary>
    private List<Instance> InstancesOf(string name)
    {
        var found = new List<Instance>();
        foreach (var instance in pool.Instances)
            if (instance.HasPlace && (instance.Name == name || instance.Server.Name == name))
                found.Add(instance);
        return found;
    }
}
