using System.Collections.Immutable;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// Reads the use of resources of each service and server, and of all together, when a person asks: from the cgroups that the rows name,
/// and where there is none, or the kernel does not count in it, by looking at its processes.
/// </summary>
internal sealed class UsageReader
{
    private readonly List<int> _pids = [];
    private readonly StatusDocument _status;
    private readonly ProcessScan? _scan;
    private RunSearch? _search;

    private UsageReader(StatusDocument status, ProcessScan? scan = null) => (_status, _scan) = (status, scan);

    /// <summary>The same document with <see cref="StatusDocument.Usages"/> and <see cref="StatusDocument.Workload"/>.</summary>
    /// <param name="status">The rows of PID 1.</param>
    /// <param name="parts">The figures that are wanted; others are null.</param>
    /// <param name="ofAll">The figures that are wanted of all together, where that differs.</param>
    /// <param name="scan">The processes, if they have been read.</param>
    public static StatusDocument Read(StatusDocument status, UsageParts parts, UsageParts? ofAll = null, ProcessScan? scan = null)
    {
        var reader = new UsageReader(status, scan);
        var usages = ImmutableDictionary.CreateBuilder<string, Usage>(StringComparer.Ordinal);
        foreach (var service in status.Services)
            if (service.Cgroup is not null || service.Pid is not null)
                usages[service.Name] = reader.Of(service.Cgroup, service.Instance, parts);
        foreach (var instance in status.Instances)
            usages[instance.Name] = reader.Of(instance.Cgroup, instance.Id, parts);
        var workload = reader.OfAll(ofAll ?? parts, usages.Values);
        foreach (var process in status.Processes)
            usages[StatusDocument.KeyOf(process.Pid)] = LookedUpUsage.Read([process.Pid], parts | UsageParts.Processes);
        return status with { Usages = usages.ToImmutable(), Workload = workload };
    }

    /// <summary>The processes of a service or server, for their tree.</summary>
    /// <param name="status">The rows of PID 1.</param>
    /// <param name="name">The name of a service or of an instance.</param>
    public static List<int> ProcessesOf(StatusDocument status, string name)
    {
        var reader = new UsageReader(status);
        foreach (var service in status.Services)
            if (service.Name == name)
                reader.FindProcesses(service.Cgroup, service.Instance);
        foreach (var instance in status.Instances)
            if (instance.Name == name)
                reader.FindProcesses(instance.Cgroup, instance.Id);
        return reader._pids;
    }

    private Usage Of(string? cgroup, string? id, UsageParts parts)
    {
        if (cgroup is null)
            return LookedUpUsage.Read(Search.Of(id), parts);
        var directory = CgroupDirectory.Open(cgroup);
        var counted = CountedUsage.Read(directory, parts);
        var usage = directory.IsOpen ? Completed(directory, counted, parts) : counted;
        directory.Close();
        return usage;
    }

    /// <summary>Adds the figures that are not counted here: on a kernel or in a container that gives us no such controller.</summary>
    private Usage Completed(CgroupDirectory directory, Usage counted, UsageParts parts)
    {
        var missing = parts & (UsageParts.Processes | UsageParts.Descriptors);
        if (parts.HasFlag(UsageParts.Memory) && counted.Current is null)
            missing |= UsageParts.Memory;
        if (parts.HasFlag(UsageParts.Tasks) && counted.Tasks is null)
            missing |= UsageParts.Tasks;
        if (missing == default)
            return counted;
        _pids.Clear();
        if (!CgroupProcesses.AddTo(_pids, directory))
            return counted;
        if (missing == UsageParts.Processes)
            return counted with { Processes = _pids.Count };
        var looked = LookedUpUsage.Read(_pids, missing);
        return counted with
        {
            Memory = counted.Memory ?? looked.Memory,
            IsEstimate = missing.HasFlag(UsageParts.Memory),
            Tasks = counted.Tasks ?? looked.Tasks,
            Processes = parts.HasFlag(UsageParts.Processes) ? _pids.Count : null,
            Descriptors = looked.Descriptors,
        };
    }

    /// <summary>The processes of all runs are those of each, so that they are not looked up again.</summary>
    private Usage? OfAll(UsageParts parts, IEnumerable<Usage> usages) =>
        _status.System.Cgroup is { } cgroup ? Of(cgroup, null, parts) : UsageTotal.Of(usages);

    private RunSearch Search => _search ??= new RunSearch(_status, _scan);

    private void FindProcesses(string? cgroup, string? id)
    {
        _pids.Clear();
        if (cgroup is null)
        {
            foreach (var process in Search.Of(id))
                _pids.Add(process.Stat.Pid);
            return;
        }
        var directory = CgroupDirectory.Open(cgroup);
        _ = CgroupProcesses.AddTo(_pids, directory);
        directory.Close();
    }
}
