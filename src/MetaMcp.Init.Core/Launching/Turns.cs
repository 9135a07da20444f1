namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// The instances that hold the turns of <c>max_starting</c>, those that have started longest first. An instance loses its turn when its
/// start is over, or to another service (<see cref="Admission"/>).
/// </summary>
internal sealed class Turns
{
    private readonly List<Instance> _holders = [];

    public int Count => _holders.Count;

    /// <summary>The holder that has started longest; null if no instance holds a turn.</summary>
    public Instance? Longest => _holders.Count > 0 ? _holders[0] : null;

    /// <summary>Whether an instance of the service, or of a process outside of the services (null), holds a turn.</summary>
    public bool HasService(string? service)
    {
        // From the end: of a service that asks often, the last one that got a turn is near it.
        for (var at = _holders.Count - 1; at >= 0; at--)
            if (_holders[at].Service == service)
                return true;
        return false;
    }

    /// <summary>Reserves room, so that a turn can be given when memory has ended.</summary>
    public void Reserve(int count) => _ = _holders.EnsureCapacity(count);

    public void Give(Instance instance)
    {
        if (instance.HasTurn)
            return;
        _holders.Add(instance);
        instance.HasTurn = true;
    }

    public void TakeBack(Instance instance)
    {
        if (!instance.HasTurn)
            return;
        instance.HasTurn = false;
        _ = _holders.Remove(instance);
    }

    /// <summary>Made anew from the instances.</summary>
    public void Recount(IReadOnlyCollection<Instance> all)
    {
        _holders.Clear();
        foreach (var instance in all)
            if (instance.HasTurn)
                _holders.Add(instance);
        _holders.Sort((a, b) => a.StartBy.CompareTo(b.StartBy));
    }
}
