using MetaMcp.Init.Core.Status;
using static MetaMcp.Init.Core.Metrics.MetricKind;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>Metrics of one service or of one type of server: their states and what happened to them.</summary>
internal static class ServiceFamilies
{
    public static readonly MetricFamily ServiceInfo = new(
        "service_info", Info, "A service, whose type is daemon or oneshot, or a type of launched server, whose type is empty")
    {
        Labels = ["name", "kind", "type", "required"],
    };

    public static readonly MetricFamily State = new("service_state", Gauge, "1 for the state that the service is in")
    {
        Labels = ["name", "state"],
    };

    public static readonly MetricFamily IsReady = new("service_ready", Gauge, "1 if the service is ready, or has done its work")
    {
        Labels = ["name"],
    };

    public static readonly MetricFamily StartTime = new(
        "service_start_time_seconds", Gauge, "When the main process was started, in seconds since 1970")
    {
        Labels = ["name", "slot"], Unit = "seconds",
    };

    public static readonly MetricFamily Starts = new("starts_total", Counter, "Runs that got a process") { Labels = ["name"] };

    public static readonly MetricFamily Restarts = new("restarts_total", Counter,
        $"Restarts, by reason: {string.Join(", ", RestartReasons.All)}; RST of status is the sum without reload and operator")
    {
        Labels = ["name", "reason"], IsOfServices = true, FromStart = RestartReasons.Automatic,
    };

    public static readonly MetricFamily Exits = new(
        "exits_total", Counter, "Ends of main processes: success, failure, signal or oom") { Labels = ["name", "result"] };

    public static readonly MetricFamily LastExitCode = new(
        "last_exit_code", Gauge, "The exit code of the last run; 128 and the number of a signal that ended it") { Labels = ["name"] };

    public static readonly MetricFamily OomKills = new("oom_kills_total", Counter, "Kills for memory, by whose limit was hit")
    {
        Labels = ["name", "limit"], IsOfServices = true, IsOfServers = true,
        FromStart = ["own", "nested", "workload", "container", "outside"],
    };

    public static readonly MetricFamily Circuit = new(
        "circuit_state", Gauge, "1 for the state of the circuit breaker: closed, open or half_open") { Labels = ["name", "state"] };

    public static readonly MetricFamily ProbeSuccess = new("probe_success", Gauge, "1 if the last probe succeeded") { Labels = ["name"] };

    public static readonly MetricFamily ProbeDuration = new("probe_duration_seconds", Gauge, "The time that the last probe took")
    {
        Labels = ["name"], Unit = "seconds",
    };

    public static readonly MetricFamily Probes = new("probes_total", Counter, "Probes: success, failure or timeout")
    {
        Labels = ["name", "result"],
    };

    public static readonly MetricFamily LogLines = new("log_lines_total", Counter, "Lines that services wrote")
    {
        Labels = ["name", "stream"],
    };

    public static readonly MetricFamily LogDropped = new(
        "log_dropped_lines_total", Counter, "Lines that were dropped: over the rate, or nobody read them in time")
    {
        Labels = ["name"], IsOfServices = true, FromStart = [""],
    };

    public static readonly MetricFamily Launches = new(
        "launches_total", Counter, "Launches of servers: started, refused, waited (started later) or replaced (in another's place)")
    {
        Labels = ["name", "result"], IsOfServers = true, FromStart = ["started", "refused", "waited", "replaced"],
    };

    public static readonly MetricFamily Instances = new("server_instances", Gauge, "Servers that run, busy or idle")
    {
        Labels = ["name", "state"],
    };

    public static readonly MetricFamily InstancesLimit = new("server_instances_limit", Gauge, "The most servers of this type")
    {
        Labels = ["name"],
    };

    public static readonly MetricFamily ServerEnds = new("server_ends_total", Counter, "Ends of servers, by reason")
    {
        Labels = ["name", "reason"],
    };
}
