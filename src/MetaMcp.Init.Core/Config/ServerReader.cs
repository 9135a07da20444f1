using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Config;

/// <summary>The <c>[server.NAME]</c> tables.</summary>
internal static class ServerReader
{
    private static readonly TableSchema<ServerSettings> Schema = new TableSchema<ServerSettings>
    {
        { "command", (s, v) => v.Command() is { } x ? s with { Command = x } : s },
        { "match", (s, v) => Match(v) is { } x ? s with { Match = x } : s },
        { "allow", (s, v) => v.Texts("gateway") is { } x ? s with { Allow = x } : s },
        { "max_instances", (s, v) => v.Integer(1, 1_000_000, 3) is { } x ? s with { MaxInstances = x } : s },
        { "on_limit", (s, v) => v.OneOf(EnumWords.LimitAction) is { } x ? s with { OnLimit = (LimitAction)x } : s },
        { "idle_timeout", (s, v) => v.Time(ValueReader.Shortest, "10m") is { } x ? s with { IdleTimeout = x } : s },
        { "shim", (s, v) => v.OneOf(EnumWords.ShimMode) is { } x ? s with { Shim = (ShimMode)x } : s },
        { "unwrap", (s, v) => v.Flag() is { } x ? s with { Unwrap = x } : s },
        { "close_grace", (s, v) => v.Time(TimeSpan.Zero, "5s") is { } x ? s with { CloseGrace = x } : s },
        { "stop_signal", (s, v) => v.Signal() is { } x ? s with { StopSignal = x } : s },
        { "stop_timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { StopTimeout = x } : s },
        { "environment", (s, v) => v.Environment() is { } x ? s with { Environment = x } : s },
        // Checked, so that a file can be written for both; NotInForce says that they have no effect yet.
        { "share", (s, v) => Checked(s, v.Flag()) },
        { "share_concurrency", (s, v) => Checked(s, v.Integer(0, 1_000_000, 1)) },
        { "share_linger", (s, v) => Checked(s, v.Time(TimeSpan.Zero, "60s")) },
    }
    .Include(AttributeSchemas.Attributes, s => s.Attributes, (s, x) => s with { Attributes = x })
    .Include(AttributeSchemas.Limits, s => s.Limits, (s, x) => s with { Limits = x });

    public static IEnumerable<string> Names => Schema.Names;

    public static ServerSettings Read(NamedTable named, Settings globals, Problems problems)
    {
        var start = ServerSettings.Default(named.Name, globals.Shutdown);
        var server = Schema.Read(start, named.Table, $"[server.{named.Name}]", problems, elsewhere: OfService);
        if (!named.Has("match") && RunnerCommand.Read(server.Command.AsSpan())?.Package is { } package)
            server = server with { Match = [package.Name] };
        ServerRules.Check(server, named, problems);
        return server;
    }

    public static ServerOrigin OriginOf(NamedTable named) => new()
    {
        Table = named.At,
        MaxInstances = named.AtValue("max_instances"),
        OnLimit = named.AtValue("on_limit"),
        Match = Items(named, "match"),
        Allow = Items(named, "allow") ?? [],
    };

    private static string? OfService(string key) =>
        new ServiceReader(new Settings(), new Problems("")).Names.Contains(key) ? "[service.NAME]" : null;

    private static SourcePosition[]? Items(NamedTable named, string key) =>
        named.Table.Find(key)?.Value is TomlArray { Items: var items } ? Array.ConvertAll(items.ToArray(), i => i.At) : null;

    /// <summary>Names of packages; a version is left out, since a type of server has one set of limits for all of them.</summary>
    private static ImmutableArray<string>? Match(ValueReader value)
    {
        if (value.Texts("@modelcontextprotocol/server-memory") is not { } texts)
            return null;
        var items = ((TomlArray)value.Node).Items;
        var names = ImmutableArray.CreateBuilder<string>(texts.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            var item = value.Item(i, items[i]);
            if ((PackageSpec.Npm(texts[i]) ?? PackageSpec.Python(texts[i])) is { IsFromRegistry: true } package)
            {
                if (package.Version is not null)
                    item.Problems.Warning(
                        items[i].At, $"{item.Name} = {Quoted.Text(texts[i])} matches every version; write {Quoted.Text(package.Name)}");
                if (!names.Contains(package.Name))
                    names.Add(package.Name);
            }
            else
                item.Error($"{item.Name} = {Quoted.Text(texts[i])} is no name of a package; write it as " +
                    "\"@modelcontextprotocol/server-memory\" or \"mcp-server-git\"");
        }
        return names.DrainToImmutable();
    }

    private static ServerSettings Checked<T>(ServerSettings server, T value)
    {
        _ = value;
        return server;
    }
}
