using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The <c>[service.NAME]</c> tables.</summary>
/// <param name="globals">The tables that exist once, already read: the defaults of services.</param>
/// <param name="problems">Gets the errors.</param>
internal sealed class ServiceReader(Settings globals, Problems problems)
{
    private const int LargestDescriptor = 1023;

    private readonly TableSchema<ServiceSettings> schema = new TableSchema<ServiceSettings>
    {
        { "type", (s, v) => v.OneOf(EnumWords.ServiceType) is { } x ? Typed(s, x) : s },
        { "pidfile", (s, v) => v.AbsolutePath("/run/web.pid") is { } x ? s with { PidFile = x } : s },
        { "command", (s, v) => v.Command() is { } x ? s with { Command = x } : s },
        { "depends_on", (s, v) => v.Texts("database") is { } x ? s with { DependsOn = x } : s },
        { "after", (s, v) => v.Texts("database") is { } x ? s with { After = x } : s },
        { "restart_with", (s, v) => v.Texts("database") is { } x ? s with { RestartWith = x } : s },
        { "required", (s, v) => v.Flag() is { } x ? s with { Required = x } : s },
        { "restart", (s, v) => s with { Restart = Restart(s.Restart, v) } },
        { "probe", (s, v) => s with { Probe = ProbeReader.Read(v, globals.Health) } },
        { "ready", (s, v) => v.OneOf(EnumWords.ReadyRule) is { } x ? s with { Ready = (ReadyRule)x } : s },
        { "notify_fd", (s, v) => v.Integer(3, LargestDescriptor, 3) is { } x ? s with { NotifyFd = x } : s },
        { "start_timeout", (s, v) => v.Time(ValueReader.Shortest, "60s") is { } x ? s with { StartTimeout = x } : s },
        { "watchdog", (s, v) => v.Time(ValueReader.Shortest, "30s") is { } x ? s with { Watchdog = x } : s },
        { "stop_signal", (s, v) => v.Signal() is { } x ? s with { StopSignal = x } : s },
        { "stop_timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { StopTimeout = x } : s },
        { "stop_command", (s, v) => v.Command() is { } x ? s with { StopCommand = x } : s },
        { "kill_signal", (s, v) => v.Signal() is { } x ? s with { KillSignal = x } : s },
        { "environment", (s, v) => v.Environment() is { } x ? s with { Environment = x } : s },
        { "environment_file", (s, v) => v.EnvironmentFile() is { } x ? s with { EnvironmentFile = x } : s },
        { "clear_environment", (s, v) => v.Flag() is { } x ? s with { ClearEnvironment = x } : s },
        { "success_exit_codes", (s, v) => v.Integers(0, 255, 3) is { } x ? s with { SuccessExitCodes = x } : s },
        { "log", (s, v) => v.OneOf(EnumWords.OutputMode) is { } x ? s with { Log = (OutputMode)x } : s },
        { "stdin", (s, v) => v.OneOf(EnumWords.StdinMode) is { } x ? s with { Stdin = (StdinMode)x } : s },
        { "log_rate_limit", LogRateReader.Read },
    }
    .Include(AttributeSchemas.Attributes, s => s.Attributes, (s, x) => s with { Attributes = x })
    .Include(AttributeSchemas.Limits, s => s.Limits, (s, x) => s with { Limits = x });

    public IEnumerable<string> Names => schema.Names;

    public ServiceSettings Read(NamedTable named)
    {
        var start = new ServiceSettings
        {
            Name = named.Name,
            Command = [],
            Restart = globals.Restart,
            StartTimeout = globals.Startup.Timeout,
            StopTimeout = globals.Shutdown.TermTimeout,
            Attributes = ProcessAttributes.None with { NoNewPrivileges = true },
        };
        var service = schema.Read(start, named.Table, $"[service.{named.Name}]", problems, elsewhere: OfServer);
        if (!named.Has("ready"))
            service = service with { Ready = service.Probe is null ? ReadyRule.Started : ReadyRule.Probe };
        // The policy for all services is meant for daemons: a oneshot started again after it succeeded would never end.
        if (service is { Type: ServiceType.Oneshot, Restart.Policy: RestartPolicy.Always })
            service = service with { Restart = service.Restart with { Policy = RestartPolicy.OnFailure } };
        ServiceRules.Check(service, named, problems);
        return service;
    }

    public static ServiceOrigin OriginOf(NamedTable named) => new()
    {
        Table = named.At,
        StopTimeout = named.AtValue("stop_timeout"),
        StartTimeout = named.AtValue("start_timeout"),
        Stdin = named.AtValue("stdin"),
        DependsOn = Items(named.Table, "depends_on"),
        After = Items(named.Table, "after"),
        RestartWith = Items(named.Table, "restart_with"),
    };

    /// <summary>A forking service is a daemon in everything after its start.</summary>
    private static ServiceSettings Typed(ServiceSettings service, int word) => word == EnumWords.Forking
        ? service with { Type = ServiceType.Daemon, IsForking = true }
        : service with { Type = (ServiceType)word, IsForking = false };

    private static string? OfServer(string key) => ServerReader.Names.Contains(key) ? "[server.NAME]" : null;

    private static SourcePosition[] Items(TomlTable table, string key) =>
        table.Find(key)?.Value is TomlArray { Items: var items } ? Array.ConvertAll(items.ToArray(), i => i.At) : [];

    /// <summary>A policy alone, or a table of the differences to [restart].</summary>
    private static RestartSettings Restart(RestartSettings start, ValueReader value)
    {
        if (value.Node is TomlTable table)
            return SectionSchemas.Restart.Read(start, table, value.Name, value.Problems, value.Name + ".");
        if (value.Node is TomlString)
            return value.OneOf(EnumWords.RestartPolicy) is { } policy ? start with { Policy = (RestartPolicy)policy } : start;
        value.Wrong("a policy, or a table", "\"on-failure\"");
        return start;
    }
}
