using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>All services by their index in the plan that is in force: the state and the record of each.</summary>
internal sealed class ServiceTable
{
    private readonly Registry _registry;

    public ServiceTable(Plan plan, Registry registry, Instant startedAt)
    {
        _registry = registry;
        Plan = plan;
        States = new ServiceState[plan.Services.Length];
        Array.Fill(States, new ServiceState.Waiting());
        Records = new ServiceRecord[States.Length];
        foreach (var service in plan.Services)
            Records[service.Index] = FirstRecord(service, startedAt);
        Running = new ServiceSettings?[States.Length];
        Gate = new StartGate(plan);
        Order = new StopOrder(plan);
        Named = new NamedServices(plan);
    }

    /// <summary>
    /// The record of a service that has not been started. The startup does not wait for a service of our own: it counts as settled.
    /// </summary>
    public static ServiceRecord FirstRecord(PlannedService service, Instant now) =>
        new() { ChangedAt = now, HasSettled = service.IsOwn };

    public Plan Plan { get; private set; }

    public ServiceState[] States { get; private set; }

    public ServiceRecord[] Records { get; private set; }

    /// <summary>The settings that the process of each service was started with; null if it has no process.</summary>
    public ServiceSettings?[] Running { get; private set; }

    public StartGate Gate { get; private set; }

    public StopOrder Order { get; private set; }

    public NamedServices Named { get; private set; }

    /// <summary>Puts another plan in force, whole.</summary>
    public void PutInForce(
        Plan plan, ServiceState[] states, ServiceRecord[] records, ServiceSettings?[] running, StartGate gate, StopOrder order,
        NamedServices named) =>
        (Plan, States, Records, Running, Gate, Order, Named) = (plan, states, records, running, gate, order, named);

    /// <summary>Counts again, from the states, which service waits for which.</summary>
    public void RecountOrder() => (Gate, Order) = (new StartGate(Plan, States), new StopOrder(Plan, States));

    /// <summary>The service that owns a run; null if the run is over.</summary>
    public int? OwnerOf(long run) =>
        _registry.Find(run) is { Kind: EntryKind.Run, Owner: RunOwner.Service(var service) } && service < States.Length &&
        StatePredicates.RunOf(States[service]) == run ? service : null;

    /// <summary>The number of a service's run; 0 if there is no run.</summary>
    public long RunOf(int service) => StatePredicates.RunOf(States[service]) ?? 0;

    /// <summary>The state of a service's run; null if there is no run.</summary>
    public RunState? RunStateOf(int service) => StatePredicates.RunStateOf(States[service]);

    /// <summary>The belief about a service's run, for a comparison with the kernel; null if there is no run.</summary>
    public RunBelief? BeliefOf(int service) => RunStateOf(service) is { } run ? RunBeliefs.Of(run) : null;

    public string NameOf(int service) => Plan.Services[service].Name;

    /// <summary>The settings that a service runs with; the file in force may have others.</summary>
    public ServiceSettings SettingsOf(int service) =>
        StatePredicates.IsActive(States[service]) && Running[service] is { } running ? running : Plan.Services[service].Settings;

    /// <summary>Whether the service is not in the file any more, and ends or has ended.</summary>
    public bool IsRetired(int service) => Plan.Services[service].IsRetired;

    /// <summary>Whether the service is not one of the file but mcp-init's own.</summary>
    public bool IsOwn(int service) => Plan.Services[service].IsOwn;

    /// <summary>Whether the service will never satisfy a dependent. One that an operator has stopped may be started again.</summary>
    public bool IsBroken(int service) => StatePredicates.IsBroken(States[service]) && Records[service].HeldBy is null;

    /// <summary>Whether a service that this one depends on has failed for good.</summary>
    public bool NeedsBroken(int service)
    {
        foreach (var dependency in Plan.Services[service].DependsOn)
            if (IsBroken(dependency))
                return true;
        return false;
    }

    /// <summary>Whether an operator has stopped a service of the file, which may be started again.</summary>
    public bool IsAnyHeld()
    {
        foreach (var service in Plan.Services)
            if (service is { IsRetired: false, IsOwn: false } && Records[service.Index].HeldBy is not null)
                return true;
        return false;
    }

    /// <summary>
    /// The names of the services that this one depends on and that are not there; none if one of them has failed for good, since then this
    /// one is skipped.
    /// </summary>
    public ImmutableArray<string> AwaitedBy(int service)
    {
        if (Gate.HasDependencies(service) || NeedsBroken(service))
            return [];
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var dependency in Plan.Services[service].DependsOn)
            if (!StatePredicates.Satisfies(States[dependency]))
                names.Add(NameOf(dependency));
        return names.DrainToImmutable();
    }

    /// <summary>The number of services of the file in such a state.</summary>
    public int Listed(Func<ServiceState, bool> which)
    {
        var count = 0;
        foreach (var service in Plan.Services)
            count += service is { IsRetired: false, IsOwn: false } && which(States[service.Index]) ? 1 : 0;
        return count;
    }

    public ImmutableArray<string> NamesOf(Func<ServiceState, bool> which) =>
        [.. Plan.Services.Where(s => which(States[s.Index])).Select(s => s.Name)];
}
