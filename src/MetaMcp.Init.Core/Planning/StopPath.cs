using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Daemons that stop one after another, and the sum of their stop timeouts.</summary>
public sealed record StopPath(ImmutableArray<int> Services, TimeSpan Time)
{
    /// <param name="order">Every service after those that stop before it.</param>
    /// <param name="services">All of them.</param>
    internal static StopPath Longest(List<int> order, ImmutableArray<PlannedService> services)
    {
        var time = new TimeSpan[services.Length];
        var before = new int[services.Length];
        var last = -1;
        foreach (var service in order)
        {
            before[service] = -1;
            foreach (var dependent in services[service].Dependents)
                if (before[service] < 0 || time[dependent] > time[before[service]])
                    before[service] = dependent;
            var wait = before[service] < 0 ? TimeSpan.Zero : time[before[service]];
            // A oneshot has ended long before any service is stopped.
            var own = services[service].Settings is { Type: ServiceType.Daemon } daemon ? daemon.StopTimeout : TimeSpan.Zero;
            var sum = wait + own;
            time[service] = sum < Duration.Max ? sum : Duration.Max;
            if (last < 0 || time[service] > time[last])
                last = service;
        }
        List<int> path = [];
        for (var service = last; service >= 0; service = before[service])
            path.Add(service);
        path.Reverse();
        path.RemoveAll(i => services[i].Settings.Type == ServiceType.Oneshot);
        return new StopPath([.. path], last < 0 ? TimeSpan.Zero : time[last]);
    }
}
