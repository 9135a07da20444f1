using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>The rows of launched servers and of their types.</summary>
internal sealed class InstanceRows(ServiceTable services, Pool pool, Registry registry)
{
    /// <summary>The types of the file, in its order, then those of other names that have an instance.</summary>
    public List<string> Types()
    {
        var types = new List<string>();
        foreach (var server in services.Plan.Settings.Servers)
            types.Add(server.Name);
        foreach (var instance in pool.Instances)
            if (!types.Contains(instance.Server.Name))
                types.Add(instance.Server.Name);
        return types;
    }

    /// <summary>The numbers of all launches, in the order of their requests.</summary>
    public List<long> Ids()
    {
        var ids = new List<long>(pool.Instances.Count);
        foreach (var instance in pool.Instances)
            ids.Add(instance.Id);
        ids.Sort();
        return ids;
    }

    /// <summary>The launched servers that have a place: all of them, those that are idle, and those that have started.</summary>
    public (int Placed, int Idle, int Well) Count()
    {
        var (placed, idle, well) = (0, 0, 0);
        foreach (var instance in pool.Instances)
        {
            placed += instance.HasPlace ? 1 : 0;
            idle += IsIdle(instance) ? 1 : 0;
            well += instance.State is InstanceState.Running && !instance.IsStarting ? 1 : 0;
        }
        return (placed, idle, well);
    }

    private static bool IsIdle(Instance instance) => instance.State is InstanceState.Running && instance.IdleSince != Instant.Never;

    public ServerRow OfType(string type)
    {
        var (placed, idle, waiting) = (0, 0, 0);
        foreach (var instance in pool.Instances)
        {
            if (instance.Server.Name != type)
                continue;
            placed += instance.HasPlace ? 1 : 0;
            idle += IsIdle(instance) ? 1 : 0;
            waiting += instance.State is InstanceState.Asked ? 1 : 0;
        }
        var settings = services.Plan.Settings.FindServer(type);
        var limits = services.Plan.Settings.Limits;
        return new ServerRow
        {
            Name = type,
            CountedAs = CountedAs(type),
            Instances = placed,
            Most = settings?.MaxInstances ?? limits.MaxPerType,
            Idle = idle,
            Waiting = waiting,
            Refused = pool.Totals.Refused(type),
            Ended = pool.Totals.Ended(type),
            MemoryMax = settings?.Limits.MemoryMax?.Bytes,
        };
    }

    private string? CountedAs(string type) =>
        services.Plan.Settings.FindServer(type) is null && pool.Totals.NameOf(type) is { } name && name != type ? name : null;

    /// <summary>Null for a launch that is gone, or has no place.</summary>
    public InstanceRow? Of(long id, Instant now)
    {
        if (pool.Find(id) is not { HasPlace: true } instance)
            return null;
        var run = instance.RunNumber;
        return new InstanceRow
        {
            Id = registry.Ids.Of(run),
            Name = instance.Name,
            Server = instance.Server.Name,
            CountedAs = CountedAs(instance.Server.Name),
            Slot = instance.Place,
            Condition = instance.State switch
            {
                InstanceState.Ending => InstanceCondition.Ending,
                InstanceState.Placed => InstanceCondition.Starting,
                _ when instance.IsStarting => InstanceCondition.Starting,
                _ => instance.IdleSince == Instant.Never ? InstanceCondition.Busy : InstanceCondition.Idle,
            },
            Age = now - instance.Since,
            Idle = instance.IdleSince == Instant.Never ? null : now - instance.IdleSince,
            Service = instance.Service,
            Pid = instance.Run is { } state ? RunPredicates.MainOf(state) : null,
            MemoryMax = instance.Server.Limits.MemoryMax?.Bytes,
            TasksMax = instance.Server.Limits.TasksMax,
            CpuMax = instance.Server.Limits.CpuMax,
            HasLaunched = instance.HasLaunched,
            Run = run,
        };
    }
}
