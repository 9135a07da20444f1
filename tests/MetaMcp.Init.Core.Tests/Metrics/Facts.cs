using System.Collections.Immutable;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Metrics;

/// <summary>The sample of the status with the counters and figures that metrics have beside it.</summary>
internal static class Facts
{
    private const double Start = 1764316073.41;

    public static readonly CountRow[] Counts =
    [
        new("starts_total", "backend", null, 2), new("restarts_total", "backend", "oom", 1), new("exits_total", "backend", "oom", 1),
        new("exits_total", "worker", "failure", 6), new("oom_kills_total", "backend", "own", 1),
        new("probes_total", "backend", "success", 640), new("probes_total", "backend", "failure", 2),
        new("cleanups_total", null, "clean", 57), new("cleanups_total", null, "killed", 1), new("cleanups_total", null, "failed", 0),
        new("cleanup_seconds_bucket", null, "0.01", 40), new("cleanup_seconds_bucket", null, "0.1", 55),
        new("cleanup_seconds_bucket", null, "0.5", 57), new("cleanup_seconds_bucket", null, "1", 57),
        new("cleanup_seconds_bucket", null, "5", 57), new("cleanup_seconds_bucket", null, "10", 58),
        new("cleanup_seconds_bucket", null, "30", 58), new("cleanup_milliseconds_sum", null, null, 12345),
        new("cleanup_count", null, null, 58), new("orphans_ended_total", null, "node", 3), new("orphans_ended_total", null, "other", 1),
        new("reaped_total", null, null, 812), new("repairs_total", null, null, 0), new("alerts_total", null, "circuit-open", 3),
        new("limit_breaches_total", null, null, 1), new("corrective_actions_total", null, null, 2),
        new("log_lines_total", "backend", "stdout", 9120),
        new("log_dropped_lines_total", "backend", null, 4), new("launches_total", "desktop-commander", "refused", 2),
        new("server_ends_total", "desktop-commander", "idle", 41), new("of_a_later_version", "backend", "x", 7),
    ];

    private static readonly Usage Backend = new(412 << 20)
    {
        Tasks = 23, Peak = 1L << 30, Current = 430 << 20, Swap = 0, Processes = 2, Descriptors = 41,
        UserTime = TimeSpan.FromSeconds(1000.25), SystemTime = TimeSpan.FromSeconds(151.75), Throttled = TimeSpan.FromSeconds(2),
        MemoryPressure = new Pressure(
            new PressureShares(0, TimeSpan.FromSeconds(1.5)), new PressureShares(0, TimeSpan.FromSeconds(1))),
        CpuPressure = new Pressure(new PressureShares(0, TimeSpan.FromSeconds(3)), null),
    };

    public static MetricsFacts All => Of(Sample.Document with { Usages = Sample.Document.Usages.SetItem("backend", Backend) })
        with { Counts = [.. Counts] };

    public static MetricsFacts Of(StatusDocument status) => new(status, [])
    {
        Commit = "4cd66de", Rid = "linux-x64", Init = new InitFigures(Start, 4_300_800, TimeSpan.FromSeconds(1.25)),
        ContainerMemoryMax = 8L << 30,
        StartTimes = ImmutableDictionary<string, double>.Empty
            .Add("backend", Start + 1.5).Add("desktop-commander@31", Start + 100),
    };

    public static MetricsFacts Of(params StatusRow[] rows) => Of(StatusDocument.From([System, .. rows])!);

    public static SystemRow System => new()
    {
        Version = "1.4.0", Pid = 1, Uptime = TimeSpan.FromSeconds(90), Phase = SystemPhase.Starting, Ready = 0, Services = 1,
    };
}
