namespace MetaMcp.Init.Core.Launching;

/// <summary>What limits count; kept with each change of an instance, and made anew from the states when memory has ended.</summary>
internal sealed class PoolCounts
{
    private readonly Dictionary<string, int> _byType = new(StringComparer.Ordinal);

    /// <summary>The instances that have a place.</summary>
    public int Placed { get; private set; }

    /// <summary>The instances that are over, and whose guard has still to say how they ended.</summary>
    public int Unreported { get; set; }

    /// <summary>The instances whose cleanup is under way.</summary>
    public int Cleanups { get; set; }

    /// <summary>The instances that can be ended for a limit.</summary>
    public int Endable { get; set; }

    /// <summary>Of these, the ones that have a limit of their own.</summary>
    public int Capped { get; set; }

    public int OfType(string server) => _byType.GetValueOrDefault(server);

    /// <summary>Reserves room for one more type, so that the count cannot fail after the place was given.</summary>
    public void Reserve(string server) => _ = _byType.TryAdd(server, 0);

    public void Add(string server)
    {
        Placed++;
        _byType[server] = OfType(server) + 1;
    }

    public void Remove(string server)
    {
        Placed--;
        if (OfType(server) is > 1 and var count)
            _byType[server] = count - 1;
        else
            _ = _byType.Remove(server);
    }

    public void Clear()
    {
        _byType.Clear();
        Placed = Unreported = Cleanups = Endable = Capped = 0;
    }
}
