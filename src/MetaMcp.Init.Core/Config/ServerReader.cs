using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The <c>[server.NAME]</c> tables.</summary>
internal static class ServerReader
{
    private static readonly TableSchema<ServerSettings> Schema = new TableSchema<ServerSettings>
    {
        { "command", (s, v) => v.Command() is { } x ? s with { Command = x } : s },
        { "max_instances", (s, v) => v.Integer(1, 1_000_000, 3) is { } x ? s with { MaxInstances = x } : s },
        { "on_limit", (s, v) => v.OneOf(EnumWords.LimitAction) is { } x ? s with { OnLimit = (LimitAction)x } : s },
        { "idle_timeout", (s, v) => v.Time(ValueReader.Shortest, "10m") is { } x ? s with { IdleTimeout = x } : s },
        { "shim", (s, v) => v.OneOf(EnumWords.ShimMode) is { } x ? s with { Shim = (ShimMode)x } : s },
        { "close_grace", (s, v) => v.Time(TimeSpan.Zero, "5s") is { } x ? s with { CloseGrace = x } : s },
        { "stop_signal", (s, v) => v.Signal() is { } x ? s with { StopSignal = x } : s },
        { "stop_timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { StopTimeout = x } : s },
        { "environment", (s, v) => v.Environment() is { } x ? s with { Environment = x } : s },
    }
    .Include(AttributeSchemas.Attributes, s => s.Attributes, (s, x) => s with { Attributes = x })
    .Include(AttributeSchemas.Limits, s => s.Limits, (s, x) => s with { Limits = x });

    public static ServerSettings Read(NamedTable named, Settings globals, Problems problems)
    {
        var start = new ServerSettings
        {
            Name = named.Name,
            StopTimeout = globals.Shutdown.TermTimeout,
            Attributes = ProcessAttributes.None with { NoNewPrivileges = true },
        };
        var server = Schema.Read(start, named.Table, $"[server.{named.Name}]", problems);
        ServiceRules.CheckMemory(server.Limits, named.AtValue("memory_high"), problems);
        return server;
    }
}
