using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Status;

/// <summary>The answer to <c>status</c>, with the figures that the asker has read from the kernel.</summary>
public sealed record StatusDocument(
    SystemRow System, ImmutableArray<ServiceRow> Services, ImmutableArray<ServerRow> Servers, ImmutableArray<InstanceRow> Instances)
{
    /// <summary>The use of each service by its name, and of each instance by its name.</summary>
    public ImmutableDictionary<string, Usage> Usages { get; init; } = ImmutableDictionary<string, Usage>.Empty;

    /// <summary>The use of all services and servers together.</summary>
    public Usage? Workload { get; init; }

    public Usage? UsageOf(string name) => Usages.GetValueOrDefault(name);

    /// <summary>Null if the rows have none of the whole container.</summary>
    public static StatusDocument? From(IEnumerable<StatusRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        SystemRow? system = null;
        var services = ImmutableArray.CreateBuilder<ServiceRow>();
        var servers = ImmutableArray.CreateBuilder<ServerRow>();
        var instances = ImmutableArray.CreateBuilder<InstanceRow>();
        foreach (var row in rows)
        {
            switch (row)
            {
                case SystemRow found:
                    system = found;
                    break;
                case ServiceRow service:
                    services.Add(service);
                    break;
                case ServerRow server:
                    servers.Add(server);
                    break;
                case InstanceRow instance:
                    instances.Add(instance);
                    break;
            }
        }
        return system is null ? null
            : new StatusDocument(system, services.DrainToImmutable(), servers.DrainToImmutable(), instances.DrainToImmutable());
    }
}
