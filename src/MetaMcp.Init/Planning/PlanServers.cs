using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Planning;

/// <summary>The part of the page about launched servers: their limits, and which npx and uvx of services become one of them.</summary>
internal static class PlanServers
{
    public static void AppendTo(StringBuilder text, Plan plan)
    {
        var (settings, launch) = (plan.Settings, plan.Settings.Launch);
        if (settings.Servers.IsEmpty && launch.Intercept.IsEmpty)
            return;
        text.Append($"\nSERVERS started by \"mcp-init launch\"{Also(launch)}; {launch.MaxStarting} starting at one time\n\n");
        var table = new TextTable("  ");
        table.Add("", "memory", "swap", "tasks", "cpu", "user", "at once", "idle", "shim", "unwrap", "packages");
        foreach (var server in settings.Servers)
            table.Add(Row(server, settings.Limits, server.Match.IsEmpty ? "–" : string.Join(", ", server.Match)));
        if (launch.Unknown == UnknownServers.Allow)
            table.Add(Row(
                ServerSettings.Default("(any other)", settings.Shutdown), settings.Limits, launch.Intercept.IsEmpty ? "–" : "any other"));
        table.AppendTo(text);
        Commands(text, settings);
        Allowed(text, settings.Servers);
        if (launch.Unknown == UnknownServers.Refuse)
            text.Append("\n  any other server is refused\n");
        else if (settings.Limits.MaxInstances is null)
            text.Append("\n  each other name is a type of its own; max_instances of [limits] would limit all of them together\n");
        text.Append(launch.Intercept.IsEmpty
            ? "\n  nothing is intercepted through PATH: npx and uvx of a service start as they are written ([launch] intercept), but for " +
                "the links\n  of an image that \"mcp-init intercept --install\" made, which need no intercept\n"
            : $"\n  intercepted: {string.Join(", ", launch.Intercept)}, through {settings.Init.RuntimeDirectory}/shims, " +
                "first in the PATH of services\n");
    }

    private static void Commands(StringBuilder text, Settings settings)
    {
        text.Append('\n');
        var table = new TextTable("  ");
        table.Add("", "command", "stdin closed", "stopped by");
        foreach (var server in settings.Servers)
            table.Add(Ends(server, ShownCommand.Show(server.Command)));
        if (settings.Launch.Unknown == UnknownServers.Allow)
            table.Add(Ends(ServerSettings.Default("(any other)", settings.Shutdown), ShownCommand.Show([])));
        table.AppendTo(text);
    }

    private static string[] Ends(ServerSettings server, string command) =>
    [
        server.Name,
        command,
        server.Shim == ShimMode.Exec ? "–" : $"ended after {Duration.Format(server.CloseGrace)}",
        $"{server.StopSignal}, SIGKILL after {Duration.Format(server.StopTimeout)}",
    ];

    private static void Allowed(StringBuilder text, ImmutableArray<ServerSettings> servers)
    {
        var isFirst = true;
        foreach (var server in servers)
        {
            if (server.Allow is not { } allow)
                continue;
            text.Append(isFirst ? "\n" : "").Append(
                $"  {server.Name} is launched for {(allow.IsEmpty ? "no service" : $"{string.Join(", ", allow)} only")}\n");
            isFirst = false;
        }
    }

    private static string Also(LaunchSettings launch) =>
        launch.Intercept.IsEmpty ? "" : $", or by {string.Join(" and ", launch.Intercept)} of a service";

    private static string[] Row(ServerSettings server, LimitSettings limits, string packages)
    {
        var most = server.MaxInstances ?? limits.MaxPerType;
        return
        [
            .. PlanText.Row(server.Name, server.Limits, server.Attributes, "as its client"),
            most is { } m ? $"{m.ToString(CultureInfo.InvariantCulture)}, then {EnumWords.LimitAction[(int)server.OnLimit]}" : "any number",
            server.IdleTimeout is { } idle ? Duration.Format(idle) : "–",
            EnumWords.ShimMode[(int)server.Shim],
            server.Unwrap ? "yes" : "no",
            packages,
        ];
    }
}
