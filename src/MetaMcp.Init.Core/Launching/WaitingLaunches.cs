namespace MetaMcp.Init.Core.Launching;

/// <summary>The launches that wait for a place or for their turn to start, in the order in which they came.</summary>
internal sealed class WaitingLaunches
{
    /// <summary>The most launches that wait at a time, over all types.</summary>
    private const int Most = 256;

    /// <summary>Of these, the most of one service: the others still get in.</summary>
    private const int MostOfService = Most / 2;

    private readonly List<Instance> _waiting = [];

    public int Count => _waiting.Count;

    public Instance this[int at] => _waiting[at];

    /// <summary>Why a launch of the service, or from outside of the services (null), may not wait; null if it may.</summary>
    public string? WhyNot(string? service)
    {
        if (Count >= Most)
            return $"{Most} launches wait for a place already";
        var ofService = 0;
        foreach (var waiting in _waiting)
            ofService += waiting.Service == service ? 1 : 0;
        if (ofService < MostOfService)
            return null;
        var whose = service is null ? "from outside of the services" : $"of {service}";
        return $"{MostOfService} launches {whose} wait for a place already, and no more of one service may";
    }

    /// <summary>The number of those that are for the server.</summary>
    public int For(string server)
    {
        var count = 0;
        foreach (var waiting in _waiting)
            count += waiting.Server.Name == server ? 1 : 0;
        return count;
    }

    public void Add(Instance instance) => _waiting.Add(instance);

    public void Remove(Instance instance) => _ = _waiting.Remove(instance);

    /// <summary>Made anew from the states.</summary>
    public void Recount(IReadOnlyCollection<Instance> all)
    {
        _ = _waiting.RemoveAll(w => w.State is not InstanceState.Asked);
        foreach (var instance in all)
            if (instance is { IsPermitted: true, State: InstanceState.Asked } && !_waiting.Contains(instance))
                _waiting.Add(instance);
    }
}
