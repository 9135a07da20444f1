using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The tables that exist once: [init], [limits], [startup], [health], [shutdown], [restart], [alerts], [launch],
/// [serve].</summary>
internal static class SectionSchemas
{
    private const int Many = 1_000_000;

    /// <summary>Less than this holds no program at all, so it is a unit forgotten.</summary>
    internal const long SmallestMemory = 1 << 20;

    public static TableSchema<InitSettings> Init { get; } = new()
    {
        { "log_format", (s, v) => v.OneOf(EnumWords.LogFormat) is { } x ? s with { LogFormat = (LogFormat)x } : s },
        { "log_level", (s, v) => v.OneOf(EnumWords.LogLevel) is { } x ? s with { LogLevel = (LogLevelSetting)x } : s },
        { "log_time", (s, v) => v.OneOf(EnumWords.LogTime) is { } x ? s with { LogTime = (LogTime)x } : s },
        { "runtime_dir", (s, v) => v.AbsolutePath(InitSettings.DefaultRuntimeDirectory) is { } x ? s with { RuntimeDirectory = x } : s },
        { "control_group", (s, v) => v.Text("\"ops\"") is { } x ? s with { ControlGroup = x } : s },
        { "orphans", (s, v) => v.OneOf(EnumWords.OrphanPolicy) is { } x ? s with { Orphans = (OrphanPolicy)x } : s },
        { "orphan_grace", (s, v) => v.Time(TimeSpan.Zero, "10s") is { } x ? s with { OrphanGrace = x } : s },
        { "exit_when", (s, v) => v.OneOf(EnumWords.ExitRule) is { } x ? s with { ExitWhen = (ExitRule)x } : s },
    };

    public static TableSchema<LimitSettings> Limits { get; } = new()
    {
        { "memory", (s, v) => v.Size(SmallestMemory, "4GiB") is { } x ? s with { Memory = x } : s },
        { "max_instances", (s, v) => v.Integer(1, Many, 15) is { } x ? s with { MaxInstances = x } : s },
        { "max_per_type", (s, v) => v.Integer(1, Many, 3) is { } x ? s with { MaxPerType = x } : s },
        { "tasks", (s, v) => v.Integer(1, 4 * Many, 512) is { } x ? s with { Tasks = x } : s },
        { "memory_warning", (s, v) => v.Integer(1, 100, 75) is { } x ? s with { MemoryWarning = x } : s },
        { "memory_critical", (s, v) => v.Integer(1, 100, 90) is { } x ? s with { MemoryCritical = x } : s },
        { "disk", (s, v) => DiskReader.Paths(v) is { } x ? s with { Disk = x } : s },
        { "disk_warning", (s, v) => v.Integer(1, 100, 85) is { } x ? s with { DiskWarning = x } : s },
        { "enforce", (s, v) => v.OneOf(EnumWords.Enforcement) is { } x ? s with { Enforce = (Enforcement)x } : s },
    };

    public static TableSchema<StartupSettings> Startup { get; } = new()
    {
        { "timeout", (s, v) => v.Time(ValueReader.Shortest, "60s") is { } x ? s with { Timeout = x } : s },
        { "retries", (s, v) => v.Integer(0, 1000, 2) is { } x ? s with { Retries = x } : s },
    };

    public static TableSchema<HealthSettings> Health { get; } = new()
    {
        { "interval", (s, v) => v.Time(ValueReader.Shortest) is { } x ? s with { Interval = x } : s },
        { "timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { Timeout = x } : s },
        { "retries", (s, v) => v.Integer(1, 1000, 3) is { } x ? s with { Retries = x } : s },
        { "unhealthy_after", (s, v) => v.Time(ValueReader.Shortest, "3m") is { } x ? s with { UnhealthyAfter = x } : s },
    };

    public static TableSchema<ShutdownSettings> Shutdown { get; } = new()
    {
        { "timeout", (s, v) => v.Time(ValueReader.Shortest) is { } x ? s with { Timeout = x } : s },
        { "term_timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { TermTimeout = x } : s },
        { "max_concurrent", (s, v) => v.Integer(1, 1000, 5) is { } x ? s with { MaxConcurrent = x } : s },
        { "retries", (s, v) => v.Integer(0, 1000, 3) is { } x ? s with { Retries = x } : s },
        { "signals", (s, v) => SignalRules.Stops(v) is { } x ? s with { Signals = x } : s },
    };

    public static TableSchema<BackoffSettings> Backoff { get; } = new()
    {
        { "initial", (s, v) => v.Time(TimeSpan.Zero, "1s") is { } x ? s with { Initial = x } : s },
        { "factor", (s, v) => v.Number(1, 100, "2.0") is { } x ? s with { Factor = x } : s },
        { "max", (s, v) => v.Time(TimeSpan.Zero) is { } x ? s with { Max = x } : s },
        { "jitter", (s, v) => v.Number(0, 1, "0.1") is { } x ? s with { Jitter = x } : s },
        { "reset_after", (s, v) => v.Time(ValueReader.Shortest, "1m") is { } x ? s with { ResetAfter = x } : s },
    };

    public static TableSchema<BreakerSettings> Breaker { get; } = new()
    {
        { "failures", (s, v) => v.Integer(1, 1000, 5) is { } x ? s with { Failures = x } : s },
        { "window", (s, v) => v.Time(ValueReader.Shortest, "5m") is { } x ? s with { Window = x } : s },
        { "open_for", (s, v) => v.Time(ValueReader.Shortest, "1m") is { } x ? s with { OpenFor = x } : s },
    };

    public static TableSchema<RestartSettings> Restart { get; } = new()
    {
        { "policy", (s, v) => v.OneOf(EnumWords.RestartPolicy) is { } x ? s with { Policy = (RestartPolicy)x } : s },
        { "backoff", (s, v) => v.Table("{ initial = \"1s\", max = \"30s\" }") is { } table
            ? s with { Backoff = Backoff.Read(s.Backoff, table, "backoff", v.Problems, "backoff.") } : s },
        { "breaker", (s, v) => v.Table("{ failures = 5, window = \"5m\", open_for = \"1m\" }") is { } table
            ? s with { Breaker = Breaker.Read(s.Breaker, table, "breaker", v.Problems, "breaker.") } : s },
        { "max_restarts", (s, v) => v.Integer(0, Many, 10) is { } x ? s with { MaxRestarts = x } : s },
    };

    public static TableSchema<AlertSettings> Alerts { get; } = new()
    {
        { "enabled", (s, v) => v.Flag() is { } x ? s with { Enabled = x } : s },
        { "window", (s, v) => v.Time(TimeSpan.Zero, "10m") is { } x ? s with { Window = x } : s },
        { "command", (s, v) => v.Command() is { } x ? s with { Command = x } : s },
    };

    public static TableSchema<LaunchSettings> Launch { get; } = new()
    {
        { "intercept", (s, v) => LaunchReader.Intercept(v) is { } x ? s with { Intercept = x } : s },
        { "max_starting", (s, v) => v.Integer(1, Many, 4) is { } x ? s with { MaxStarting = x } : s },
        { "unknown", (s, v) => v.OneOf(EnumWords.UnknownServers) is { } x ? s with { Unknown = (UnknownServers)x } : s },
    };

    public static TableSchema<ServeSettings> Serve { get; } = new()
    {
        { "listen", (s, v) => ServeReader.Listen(v) is { } x ? s with { Listen = x } : s },
        { "user", (s, v) => s with { Attributes = AttributeSchemas.User(s.Attributes, v) } },
        { "hosts", (s, v) => ServeReader.Hosts(v) is { } x ? s with { Hosts = x } : s },
    };
}
