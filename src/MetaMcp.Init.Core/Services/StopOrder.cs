using System.Collections.Immutable;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// Counts, for each service, the dependents that may still have a process; the service stops when there are none. This is the reverse of
/// the start order. It is kept at all times, since a stop may begin at any moment of the startup.
/// </summary>
internal sealed class StopOrder
{
    private readonly ImmutableArray<int>[] _prerequisites;
    private readonly int[] _activeDependents;

    public StopOrder(Plan plan)
    {
        var lists = new List<int>[plan.Services.Length];
        foreach (var service in plan.Services)
            foreach (var dependent in service.Dependents)
                (lists[dependent] ??= []).Add(service.Index);
        _prerequisites = [.. lists.Select(list => list is null ? [] : list.ToImmutableArray())];
        _activeDependents = new int[plan.Services.Length];
    }

    /// <summary>Counts from states that the services are in already.</summary>
    public StopOrder(Plan plan, ServiceState[] states)
        : this(plan)
    {
        for (var service = 0; service < states.Length; service++)
            Changed(service, new ServiceState.Waiting(), states[service], _ => { });
    }

    public bool MayStop(int service) => _activeDependents[service] == 0;

    /// <summary>Records a change, and calls <paramref name="free"/> with each service whose last active dependent has ended.</summary>
    public void Changed(int service, ServiceState before, ServiceState after, Action<int> free)
    {
        if (StatePredicates.IsActive(before) == StatePredicates.IsActive(after))
            return;
        foreach (var prerequisite in _prerequisites[service])
        {
            _activeDependents[prerequisite] += StatePredicates.IsActive(after) ? 1 : -1;
            if (_activeDependents[prerequisite] == 0)
                free(prerequisite);
        }
    }
}
