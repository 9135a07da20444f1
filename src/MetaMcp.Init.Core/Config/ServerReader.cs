using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The <c>[server.NAME]</c> tables.</summary>
internal static class ServerReader
{
    private static readonly TableSchema<ServerSettings> Schema = new(
    [
        new("command", (s, v) => v.Command() is { } x ? s with { Command = x } : s),
        new("max_instances", (s, v) => v.Integer(1, 1_000_000, 3) is { } x ? s with { MaxInstances = x } : s),
        new("on_limit", (s, v) => v.OneOf(Words.LimitAction) is { } x ? s with { OnLimit = (LimitAction)x } : s),
        new("idle_timeout", (s, v) => v.Time(ValueReader.Shortest, "10m") is { } x ? s with { IdleTimeout = x } : s),
        new("shim", (s, v) => v.OneOf(Words.ShimMode) is { } x ? s with { Shim = (ShimMode)x } : s),
        new("close_grace", (s, v) => v.Time(TimeSpan.Zero, "5s") is { } x ? s with { CloseGrace = x } : s),
        new("stop_signal", (s, v) => v.Signal() is { } x ? s with { StopSignal = x } : s),
        new("stop_timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { StopTimeout = x } : s),
        new("environment", (s, v) => v.Environment() is { } x ? s with { Environment = x } : s),
        .. AttributeSchemas.AttributesOf<ServerSettings>(s => s.Attributes, (s, x) => s with { Attributes = x }),
        .. AttributeSchemas.LimitsOf<ServerSettings>(s => s.Limits, (s, x) => s with { Limits = x }),
    ]);

    public static ServerSettings Read(TomlEntry entry, TomlTable table, Settings globals, Problems problems)
    {
        var start = new ServerSettings
        {
            Name = entry.Name,
            StopTimeout = globals.Shutdown.TermTimeout,
            Attributes = ProcessAttributes.None with { NoNewPrivileges = true },
        };
        var server = Schema.Read(start, table, $"[server.{entry.Name}]", problems);
        ServiceRules.CheckMemory(server.Limits, table.Find("memory_high")?.Value.At ?? entry.At, problems);
        return server;
    }
}
