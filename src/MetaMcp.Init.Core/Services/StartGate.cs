using System.Collections.Immutable;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// Counts, for each service, the services it waits for before it may start: dependencies that are not satisfied, and services it comes
/// after that have not settled. A change of one service touches only the services that name it. The second condition holds for the first
/// start alone: a service that ran once need not wait for a neighbour that is being tried again.
/// </summary>
internal sealed class StartGate
{
    private readonly ImmutableArray<int>[] _neededBy;
    private readonly ImmutableArray<int>[] _precedes;
    private readonly int[] _blockers;
    private readonly int[] _dependencies;

    public StartGate(Plan plan)
    {
        var services = plan.Services;
        _neededBy = Reverse(services, s => s.DependsOn);
        _precedes = Reverse(services, s => s.After);
        _blockers = [.. services.Select(s => s.After.Length)];
        _dependencies = [.. services.Select(s => s.DependsOn.Length)];
    }

    /// <summary>Counts from states that the services are in already.</summary>
    public StartGate(Plan plan, ServiceState[] states)
        : this(plan)
    {
        for (var service = 0; service < states.Length; service++)
            Changed(service, new ServiceState.Waiting(), states[service], _ => { });
    }

    public bool IsOpen(int service) => HasDependencies(service) && _blockers[service] == 0;

    public bool HasDependencies(int service) => _dependencies[service] == 0;

    /// <summary>The services that name this one in depends_on.</summary>
    public ImmutableArray<int> NeededBy(int service) => _neededBy[service];

    /// <summary>Records a change, and calls <paramref name="opened"/> with each service that may start now.</summary>
    public void Changed(int service, ServiceState before, ServiceState after, Action<int> opened)
    {
        Move(_neededBy[service], _dependencies, StatePredicates.Satisfies(before), StatePredicates.Satisfies(after), opened);
        Move(_precedes[service], _blockers, StatePredicates.IsSettled(before), StatePredicates.IsSettled(after), opened);
    }

    private void Move(ImmutableArray<int> waiting, int[] counts, bool before, bool after, Action<int> opened)
    {
        if (before == after)
            return;
        foreach (var service in waiting)
        {
            counts[service] += after ? -1 : 1;
            if (HasDependencies(service))
                opened(service);
        }
    }

    private static ImmutableArray<int>[] Reverse(ImmutableArray<PlannedService> services, Func<PlannedService, ImmutableArray<int>> edges)
    {
        var lists = new List<int>[services.Length];
        foreach (var service in services)
            foreach (var target in edges(service))
                (lists[target] ??= []).Add(service.Index);
        return [.. lists.Select(list => list is null ? [] : list.ToImmutableArray())];
    }
}
