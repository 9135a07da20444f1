using System.Globalization;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>The resources of each service and of each launched server; a server by its type and its place, which are few.</summary>
internal sealed class UsageSamples
{
    /// <summary>Whatever uses resources.</summary>
    private sealed record User(string Name, string Slot, Usage? Usage)
    {
        public long? MemoryMax { get; init; }

        public long? TasksMax { get; init; }

        public double? CpuMax { get; init; }
    }

    private readonly List<User> _users = [];
    private readonly MetricsFacts _facts;
    private readonly SampleWriter _writer;

    public UsageSamples(MetricsFacts facts, SampleWriter writer)
    {
        (_facts, _writer) = (facts, writer);
        foreach (var service in facts.Status.Services)
            _users.Add(new User(service.Name, "", facts.Status.UsageOf(service.Name))
            {
                MemoryMax = service.MemoryMax, TasksMax = service.TasksMax, CpuMax = service.CpuMax,
            });
        foreach (var instance in facts.Status.Instances)
            _users.Add(new User(instance.CountedAs ?? instance.Server, Slot(instance), facts.Status.UsageOf(instance.Name))
            {
                MemoryMax = instance.MemoryMax, TasksMax = instance.TasksMax, CpuMax = instance.CpuMax,
            });
    }

    public static string Slot(InstanceRow instance) => instance.Slot.ToString(CultureInfo.InvariantCulture);

    public void WriteMemory()
    {
        Write(UsageFamilies.WorkingSet, u => u.Usage?.Memory);
        Write(UsageFamilies.Memory, u => u.Usage?.Current);
        Write(UsageFamilies.Peak, u => u.Usage?.Peak);
        Write(UsageFamilies.MemoryLimit, u => u.MemoryMax);
        Write(UsageFamilies.Swap, u => u.Usage?.Swap);
    }

    public void WriteWorkload()
    {
        _writer.Add(SystemFamilies.WorkloadMemory, _facts.Status.Workload?.Memory);
        _writer.Add(SystemFamilies.WorkloadMemoryLimit, _facts.Status.System.MemoryMax);
        _writer.Add(SystemFamilies.ContainerMemoryLimit, _facts.ContainerMemoryMax);
        foreach (var disk in _facts.Status.System.Disks)
            _writer.Add(SystemFamilies.DiskSize, disk.Size, disk.Path);
        foreach (var disk in _facts.Status.System.Disks)
            _writer.Add(SystemFamilies.DiskAvailable, disk.Available, disk.Path);
    }

    public void WriteOthers()
    {
        foreach (var user in _users)
        {
            // Prometheus takes a sum that falls for a counter that begins anew, and all that is left of it for an increase.
            if (user.Usage is { IsCpuEstimate: true })
                continue;
            _writer.Add(UsageFamilies.Cpu, user.Usage?.UserTime, user.Name, user.Slot, "user");
            _writer.Add(UsageFamilies.Cpu, user.Usage?.SystemTime, user.Name, user.Slot, "system");
        }
        foreach (var user in _users)
            _writer.Add(UsageFamilies.Throttled, user.Usage?.Throttled, user.Name, user.Slot);
        foreach (var user in _users)
            _writer.Add(UsageFamilies.CpuLimit, user.CpuMax, user.Name, user.Slot);
        Write(UsageFamilies.Processes, u => u.Usage?.Processes);
        Write(UsageFamilies.Tasks, u => u.Usage?.Tasks);
        Write(UsageFamilies.TasksLimit, u => u.TasksMax);
        Write(UsageFamilies.OpenFiles, u => u.Usage?.Descriptors);
        WritePressure(UsageFamilies.Waiting, p => p?.Some?.Total);
        WritePressure(UsageFamilies.Stalled, p => p?.Full?.Total);
    }

    private void Write(MetricFamily family, Func<User, long?> value)
    {
        foreach (var user in _users)
            _writer.Add(family, value(user), user.Name, user.Slot);
    }

    private void WritePressure(MetricFamily family, Func<Pressure?, TimeSpan?> value)
    {
        Write("", _facts.Status.Workload);
        foreach (var service in _facts.Status.Services)
            Write(service.Name, _facts.Status.UsageOf(service.Name));

        void Write(string name, Usage? usage)
        {
            _writer.Add(family, value(usage?.MemoryPressure), "memory", name);
            _writer.Add(family, value(usage?.CpuPressure), "cpu", name);
            _writer.Add(family, value(usage?.IoPressure), "io", name);
        }
    }
}
