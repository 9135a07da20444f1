using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// The variables METAMCP_*, which override the file: each replaces the value of one key of the file's tables, before services take
/// that key as their default. A value in a service's own table is more specific and stays. An empty variable counts as not set, since
/// Compose passes unset variables on like that. Values are never shown, only their errors.
/// </summary>
public static class Overrides
{
    public const string Prefix = "METAMCP_";

    /// <summary>False runs the services with no limits, probes or restarts.</summary>
    public const string LifecycleEnabled = "METAMCP_LIFECYCLE_ENABLED";

    /// <summary>A day and a half of milliseconds: more is a unit mistaken.</summary>
    private const int MostMilliseconds = 100_000_000;

    private static readonly Override[] All =
    [
        new("METAMCP_MAX_PROCESSES", "instances", 1, 1_000_000, 15, (s, n) => s with { Limits = s.Limits with { MaxInstances = n } }),
        new("METAMCP_MEMORY_LIMIT_MB", "MiB", 1, 1 << 30, 4096,
            (s, n) => s with { Limits = s.Limits with { Memory = new ByteSize((long)n << 20) } }),
        new("METAMCP_HEALTH_CHECK_INTERVAL", "milliseconds", 100, MostMilliseconds, 30_000,
            (s, n) => s with { Health = s.Health with { Interval = Time(n) } }),
        new("METAMCP_CLEANUP_TIMEOUT", "milliseconds", 1, MostMilliseconds, 10_000,
            (s, n) => s with { Shutdown = s.Shutdown with { TermTimeout = Time(n) } }),
        new("METAMCP_CLEANUP_RETRIES", "retries", 0, 1000, 3, (s, n) => s with { Shutdown = s.Shutdown with { Retries = n } }),
        new("METAMCP_GRACEFUL_SHUTDOWN_TIMEOUT", "milliseconds", 1, MostMilliseconds, 30_000,
            (s, n) => s with { Shutdown = s.Shutdown with { Timeout = Time(n) } }),
        new("METAMCP_ALERT_ENABLED", (s, on) => s with { Alerts = s.Alerts with { Enabled = on } }),
        new("METAMCP_RESOURCE_MONITORING", (s, on) => s with { Limits = s.Limits with { Monitoring = on } }),
        new(LifecycleEnabled, (s, on) => s with { LifecycleEnabled = on }),
    ];

    /// <summary>The names that mean something, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(All, o => o.Name);

    /// <param name="settings">The tables of the file.</param>
    /// <param name="variables">The variables that begin with <see cref="Prefix"/>.</param>
    /// <param name="problems">Gets the errors.</param>
    internal static Settings Apply(Settings settings, Dictionary<string, string> variables, Problems problems)
    {
        foreach (var one in All)
            if (IsSet(variables, one.Name))
                settings = one.Apply(settings, variables[one.Name].Trim(), problems);
        foreach (var (name, _) in variables)
            if (!Names.Contains(name) && Suggestion.Nearest(name, Names) is { } nearest)
                problems.Warning(At(name), $"means nothing to mcp-init; did you mean {nearest}?");
        return settings;
    }

    /// <summary>A service with the lifecycle switched off: it is started, reaped and stopped, and no more.</summary>
    internal static ServiceSettings WithoutLifecycle(ServiceSettings service) => service with
    {
        Limits = new CgroupLimits(),
        Probe = null,
        RestartWith = [],
        Ready = service.Ready == ReadyRule.Probe ? ReadyRule.Started : service.Ready,
        Restart = service.Restart with { Policy = RestartPolicy.Never },
    };

    /// <summary>A server with the lifecycle switched off: as many as are asked for, each until its client ends it.</summary>
    internal static ServerSettings WithoutLifecycle(ServerSettings server) =>
        server with { Limits = new CgroupLimits(), MaxInstances = null, IdleTimeout = null };

    internal static bool IsSet(Dictionary<string, string> variables, string name) =>
        variables.TryGetValue(name, out var text) && !string.IsNullOrWhiteSpace(text);

    /// <summary>The place that diagnostics about a variable show.</summary>
    internal static SourcePosition At(string name) => new(name, 0, 0);

    private static TimeSpan Time(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed class Override
    {
        private readonly Func<Settings, int, Settings>? _number;
        private readonly Func<Settings, bool, Settings>? _flag;
        private readonly string _unit = "";
        private readonly int _min;
        private readonly int _max;
        private readonly int _example;

        public Override(string name, string unit, int min, int max, int example, Func<Settings, int, Settings> apply) =>
            (Name, _unit, _min, _max, _example, _number) = (name, unit, min, max, example, apply);

        public Override(string name, Func<Settings, bool, Settings> apply) => (Name, _flag) = (name, apply);

        public string Name { get; }

        public Settings Apply(Settings settings, string value, Problems problems)
        {
            if (_flag is not null)
            {
                if (Flag(value) is { } on)
                    return _flag(settings, on);
                problems.Error(At(Name), $"is neither true nor false; write {Name}=true");
                return settings;
            }
            if (!DecimalText.TryRead(value, long.MaxValue, out var number))
                problems.Error(
                    At(Name), string.Create(CultureInfo.InvariantCulture, $"is no whole number of {_unit}; write {Name}={_example}"));
            else if (number < (ulong)_min || number > (ulong)_max)
                problems.Error(
                    At(Name), string.Create(CultureInfo.InvariantCulture, $"{number} is out of range; it can be {_min} to {_max} {_unit}"));
            else
                return _number!(settings, (int)number);
            return settings;
        }

        private static bool? Flag(string value) =>
            value is "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : value is "0" || value.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
            : null;
    }
}
