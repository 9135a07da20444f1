using System.Collections.Immutable;
using System.Globalization;

namespace MetaMcp.Init.Core.Status;

/// <summary>The answer to <c>status</c>, with the figures that the asker has read from the kernel.</summary>
public sealed record StatusDocument(
    SystemRow System, ImmutableArray<ServiceRow> Services, ImmutableArray<ServerRow> Servers, ImmutableArray<InstanceRow> Instances)
{
    /// <summary>Processes that are no service and no server; empty unless <c>ps</c> was asked.</summary>
    public ImmutableArray<ProcessRow> Processes { get; init; } = [];

    /// <summary>The alerts that are raised.</summary>
    public ImmutableArray<AlertRow> Alerts { get; init; } = [];

    /// <summary>
    /// The use of each service by its name, of each instance by its name, and of each other process by <see cref="KeyOf"/>.
    /// </summary>
    public ImmutableDictionary<string, Usage> Usages { get; init; } = ImmutableDictionary<string, Usage>.Empty;

    /// <summary>The use of all services and servers together.</summary>
    public Usage? Workload { get; init; }

    public Usage? UsageOf(string name) => Usages.GetValueOrDefault(name);

    /// <summary>The key of a process: no service and no server has such a name.</summary>
    public static string KeyOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"#{pid}");

    /// <summary>Null if the rows have none of the whole container.</summary>
    public static StatusDocument? From(IEnumerable<StatusRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        SystemRow? system = null;
        var services = ImmutableArray.CreateBuilder<ServiceRow>();
        var servers = ImmutableArray.CreateBuilder<ServerRow>();
        var instances = ImmutableArray.CreateBuilder<InstanceRow>();
        var alerts = ImmutableArray.CreateBuilder<AlertRow>();
        var processes = ImmutableArray.CreateBuilder<ProcessRow>();
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
                case AlertRow alert:
                    alerts.Add(alert);
                    break;
                case ProcessRow process:
                    processes.Add(process);
                    break;
            }
        }
        return system is null ? null
            : new StatusDocument(system, services.DrainToImmutable(), servers.DrainToImmutable(), instances.DrainToImmutable())
            {
                Processes = processes.DrainToImmutable(),
                Alerts = alerts.DrainToImmutable(),
            };
    }
}
