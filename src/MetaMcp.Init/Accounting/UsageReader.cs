using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// Reads the use of resources of each service and server, and of all together, when a person asks: from the cgroups that the rows name,
/// and where there is none, or the kernel does not count in it, by looking at its processes.
/// </summary>
/// <param name="parts">The figures that are wanted; others are null.</param>
/// <param name="ofAll">The figures that are wanted of all together, where that differs.</param>
internal sealed class UsageReader(UsageParts parts, UsageParts? ofAll = null)
{
    /// <summary>The kernel's own limit for a name, and a slash.</summary>
    private const int MostName = 256;

    private readonly List<int> _pids = [];
    private readonly Dictionary<string, Usage> _early = [];
    private ProcessScan? _scan;
    private RunSearch? _search;
    private string? _above;
    private int _descriptor = -1;

    /// <summary>The same document with <see cref="StatusDocument.Usages"/> and <see cref="StatusDocument.Workload"/>.</summary>
    /// <param name="status">The rows of PID 1.</param>
    /// <param name="parts">The figures that are wanted; others are null.</param>
    /// <param name="ofAll">The figures that are wanted of all together, where that differs.</param>
    public static StatusDocument Read(StatusDocument status, UsageParts parts, UsageParts? ofAll = null) =>
        new UsageReader(parts, ofAll).Complete(status);

    /// <summary>Reads early what belongs to a row that has just come: meanwhile PID 1 makes the next rows on another processor.</summary>
    public void Take(StatusRow row)
    {
        switch (row)
        {
            case SystemRow { Cgroup: null }:
                // Without cgroups all processes are needed in the end.
                _scan = ProcessScan.Now();
                break;
            case ServiceRow { Cgroup: { } cgroup } service:
                _early[service.Name] = Counted(cgroup, parts);
                break;
            case InstanceRow { Cgroup: { } cgroup } instance:
                _early[instance.Name] = Counted(cgroup, parts);
                break;
        }
    }

    /// <summary>The document with all figures: those that have been read, and the others now.</summary>
    public StatusDocument Complete(StatusDocument status)
    {
        var usages = ImmutableDictionary.CreateBuilder<string, Usage>(StringComparer.Ordinal);
        foreach (var service in status.Services)
            if (service.Cgroup is not null || service.Pid is not null)
                usages[service.Name] = Of(status, service.Name, service.Cgroup, service.Instance);
        foreach (var instance in status.Instances)
            usages[instance.Name] = Of(status, instance.Name, instance.Cgroup, instance.Id);
        // The processes of all runs are those of each, so that they are not looked up again.
        var workload = status.System.Cgroup is { } cgroup ? Counted(cgroup, ofAll ?? parts) : UsageTotal.Of(usages.Values);
        foreach (var process in status.Processes)
            usages[StatusDocument.KeyOf(process.Pid)] = LookedUpUsage.Read([process.Pid], parts | UsageParts.Processes);
        Close();
        return status with { Usages = usages.ToImmutable(), Workload = workload };
    }

    /// <summary>The processes of a service or server, for their tree.</summary>
    /// <param name="status">The rows of PID 1.</param>
    /// <param name="name">The name of a service or of an instance.</param>
    public static List<int> ProcessesOf(StatusDocument status, string name)
    {
        var reader = new UsageReader(default);
        foreach (var service in status.Services)
            if (service.Name == name)
                reader.FindProcesses(status, service.Cgroup, service.Instance);
        foreach (var instance in status.Instances)
            if (instance.Name == name)
                reader.FindProcesses(status, instance.Cgroup, instance.Id);
        return reader._pids;
    }

    private Usage Of(StatusDocument status, string name, string? cgroup, string? id) =>
        _early.TryGetValue(name, out var usage) ? usage
        : cgroup is null ? LookedUpUsage.Read(SearchIn(status).Of(id), parts) : Counted(cgroup, parts);

    /// <summary>
    /// Each open of a directory that lies in the same one as the last is spared: with two hundred cgroups that can be seen.
    /// </summary>
    private Usage Counted(string cgroup, UsageParts wanted)
    {
        var slash = cgroup.LastIndexOf('/');
        if (slash <= 0 || slash == cgroup.Length - 1)
            return new Usage(null);
        if (!cgroup.AsSpan(0, slash).SequenceEqual(_above))
        {
            Close();
            (_above, _descriptor) = (cgroup[..slash], KernelFile.Open(cgroup[..slash]));
        }
        Span<byte> below = stackalloc byte[MostName];
        if (!Encoding.UTF8.TryGetBytes(cgroup.AsSpan(slash + 1), below[..^1], out var length))
            return new Usage(null);
        below[length] = (byte)'/';
        return Completed(cgroup, CountedUsage.Read(new CgroupDirectory(_descriptor, below[..(length + 1)]), wanted), wanted);
    }

    private void Close()
    {
        if (_descriptor >= 0)
            _ = close(_descriptor);
        (_above, _descriptor) = (null, -1);
    }

    /// <summary>Adds the figures that are not counted here: on a kernel or in a container that gives us no such controller.</summary>
    private Usage Completed(string cgroup, Usage counted, UsageParts wanted)
    {
        var missing = wanted & (UsageParts.Processes | UsageParts.Descriptors);
        if (wanted.HasFlag(UsageParts.Memory) && counted.Current is null)
            missing |= UsageParts.Memory;
        if (wanted.HasFlag(UsageParts.Tasks) && counted.Tasks is null)
            missing |= UsageParts.Tasks;
        if (missing == default)
            return counted;
        if (!FindIn(cgroup))
            return counted;
        if (missing == UsageParts.Processes)
            return counted with { Processes = _pids.Count };
        var looked = LookedUpUsage.Read(_pids, missing);
        return counted with
        {
            Memory = counted.Memory ?? looked.Memory,
            IsEstimate = missing.HasFlag(UsageParts.Memory),
            Tasks = counted.Tasks ?? looked.Tasks,
            Processes = wanted.HasFlag(UsageParts.Processes) ? _pids.Count : null,
            Descriptors = looked.Descriptors,
        };
    }

    private RunSearch SearchIn(StatusDocument status) => _search ??= new RunSearch(status, _scan);

    private void FindProcesses(StatusDocument status, string? cgroup, string? id)
    {
        _pids.Clear();
        if (cgroup is null)
        {
            foreach (var process in SearchIn(status).Of(id))
                _pids.Add(process.Stat.Pid);
            return;
        }
        _ = FindIn(cgroup);
    }

    /// <summary>False if the list of processes cannot be read.</summary>
    private bool FindIn(string cgroup)
    {
        _pids.Clear();
        var directory = CgroupDirectory.Open(cgroup);
        var isRead = CgroupProcesses.AddTo(_pids, directory);
        directory.Close();
        return isRead;
    }
}
