using static MetaMcp.Init.Core.Metrics.MetricKind;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>Metrics of mcp-init itself and of all services and servers together.</summary>
internal static class SystemFamilies
{
    public static readonly MetricFamily BuildInfo = new("build_info", Info, "The program that is PID 1")
    {
        Labels = ["version", "commit", "rid"],
    };

    public static readonly MetricFamily StartTime = new(
        "start_time_seconds", Gauge, "When mcp-init was started, in seconds since 1970") { Unit = "seconds" };

    public static readonly MetricFamily Phase = new(
        "phase", Gauge, "1 for the phase that mcp-init is in: startup, running or shutdown (in status: starting, running, stopping)")
    {
        Labels = ["phase"],
    };

    public static readonly MetricFamily Degraded = new("degraded", Gauge, "1 if a service that should run does not");

    public static readonly MetricFamily LimitsEnforced = new(
        "limits_enforced", Gauge, "1 if the kernel keeps the limits of the resource; 0 if mcp-init does, by looking")
    {
        Labels = ["resource"],
    };

    public static readonly MetricFamily ReloadSuccessful = new(
        "config_last_reload_successful", Gauge, "1 if the last reload put its file in force, and before the first");

    public static readonly MetricFamily ReloadTime = new(
        "config_last_reload_success_timestamp_seconds", Gauge, "When the file in force was put in force, in seconds since 1970")
    {
        Unit = "seconds",
    };

    public static readonly MetricFamily StartupDuration = new(
        "startup_duration_seconds", Gauge, "The time from the start of mcp-init to the end of the startup phase") { Unit = "seconds" };

    public static readonly MetricFamily WorkloadMemory = new(
        "workload_memory_working_set_bytes", Gauge, "Memory of all services and servers that the kernel could not take back")
    {
        Unit = "bytes",
    };

    public static readonly MetricFamily WorkloadMemoryLimit = new(
        "workload_memory_limit_bytes", Gauge, "The limit of all services and servers together: memory of [limits]") { Unit = "bytes" };

    public static readonly MetricFamily ContainerMemoryLimit = new(
        "container_memory_limit_bytes", Gauge, "The memory limit of the container, as its cgroup shows it") { Unit = "bytes" };

    public static readonly MetricFamily DiskSize = new("disk_size_bytes", Gauge, "Size of a disk that [limits] disk names")
    {
        Labels = ["mount"], Unit = "bytes",
    };

    public static readonly MetricFamily DiskAvailable = new(
        "disk_available_bytes", Gauge, "Space of the disk that users other than root can still use")
    {
        Labels = ["mount"], Unit = "bytes",
    };

    public static readonly MetricFamily Cleanups = new(
        "cleanups_total", Counter, "Endings of runs: clean, killed (SIGKILL was needed) or failed (a process outlived it)")
    {
        Labels = ["outcome"],
    };

    public static readonly MetricFamily CleanupDuration = new(
        "cleanup_duration_seconds", Histogram, "The time from the beginning of an ending until no process of the run was left")
    {
        Unit = "seconds",
    };

    public static readonly MetricFamily OrphansEnded = new(
        "orphans_ended_total", Counter, "Processes that were ended because their service or server was gone, by command")
    {
        Labels = ["command"],
    };

    public static readonly MetricFamily Reaped = new("reaped_total", Counter, "Processes that were collected");

    public static readonly MetricFamily Repairs = new(
        "repairs_total", Counter, "Differences between the books of mcp-init and the kernel that were put right");

    public static readonly MetricFamily Alerts = new("alerts_total", Counter, "Alerts that were told, by type")
    {
        Labels = ["type"],
        FromStart =
        [
            "process-limit", "memory-pressure", "process-failure", "resource-violation", "cleanup-failure", "circuit-open", "orphans",
            "disk-pressure", "limits-not-enforced",
        ],
    };

    public static readonly MetricFamily AlertActive = new(
        "alert_active", Gauge, "1 for each alert that is raised; its name is that of a service, a type of server, a command or a path")
    {
        Labels = ["type", "name"],
    };

    public static readonly MetricFamily LimitBreaches = new(
        "limit_breaches_total", Counter, "Runs that were ended for a limit, by the kernel or by mcp-init");

    public static readonly MetricFamily CorrectiveActions = new(
        "corrective_actions_total", Counter, "Runs that were ended before a limit was reached, since memory was critical");

    public static readonly MetricFamily InitMemory = new("pid1_resident_memory_bytes", Gauge, "Resident memory of mcp-init")
    {
        Unit = "bytes",
    };

    public static readonly MetricFamily InitCpu = new("pid1_cpu_seconds_total", Counter, "Processor time of mcp-init") { Unit = "seconds" };
}
