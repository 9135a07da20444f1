using static MetaMcp.Init.Core.Metrics.MetricKind;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>Metrics of the resources that a service or one launched server uses.</summary>
internal static class UsageFamilies
{
    public static readonly MetricFamily WorkingSet = new(
        "memory_working_set_bytes", Gauge, "Memory that the kernel could not take back; without cgroups an estimate from /proc")
    {
        Labels = ["name", "slot"], Unit = "bytes",
    };

    public static readonly MetricFamily Memory = Of("memory_usage_bytes", "Memory, with files that the kernel could take back", "bytes");

    public static readonly MetricFamily Peak = Of("memory_peak_bytes", "The most memory that the run has had", "bytes");

    public static readonly MetricFamily MemoryLimit = Of("memory_limit_bytes", "memory_max", "bytes");

    public static readonly MetricFamily Swap = Of("memory_swap_bytes", "Memory in swap", "bytes");

    public static readonly MetricFamily Cpu = new(
        "cpu_seconds_total", Counter, "Processor time, user and system; only where a cgroup counts it")
    {
        Labels = ["name", "slot", "mode"], Unit = "seconds",
    };

    public static readonly MetricFamily Throttled = new("cpu_throttled_seconds_total", Counter, "Time in which cpu_max held it back")
    {
        Labels = ["name", "slot"], Unit = "seconds",
    };

    public static readonly MetricFamily CpuLimit = Of("cpu_limit_cores", "cpu_max", "cores");

    public static readonly MetricFamily Processes = Of("processes", "Processes", null);

    public static readonly MetricFamily Tasks = Of("tasks", "Processes and threads", null);

    public static readonly MetricFamily TasksLimit = Of("tasks_limit", "tasks_max", null);

    public static readonly MetricFamily OpenFiles = Of("open_fds", "Open descriptors of all processes", null);

    public static readonly MetricFamily Waiting = new(
        "pressure_waiting_seconds_total", Counter, "Time in which a task waited for the resource; an empty name is all together")
    {
        Labels = ["resource", "name"], Unit = "seconds",
    };

    public static readonly MetricFamily Stalled = new(
        "pressure_stalled_seconds_total", Counter, "Time in which all tasks waited for the resource; an empty name is all together")
    {
        Labels = ["resource", "name"], Unit = "seconds",
    };

    private static MetricFamily Of(string name, string help, string? unit) =>
        new(name, Gauge, help) { Labels = ["name", "slot"], Unit = unit };
}
