using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Groups services by the number of others that come before them, one after another.</summary>
internal static class Waves
{
    /// <param name="order">Every service after those that <paramref name="before"/> gives for it.</param>
    /// <param name="before">The services that come before a service.</param>
    public static ImmutableArray<ImmutableArray<int>> Of(List<int> order, Func<int, IEnumerable<int>> before)
    {
        var level = new int[order.Count];
        var waves = new List<List<int>>();
        foreach (var service in order)
        {
            foreach (var earlier in before(service))
                level[service] = Math.Max(level[service], level[earlier] + 1);
            if (level[service] == waves.Count)
                waves.Add([]);
            waves[level[service]].Add(service);
        }
        foreach (var wave in waves)
            wave.Sort();
        return [.. waves.Select(w => w.ToImmutableArray())];
    }
}
