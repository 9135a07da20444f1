using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>Rules about several keys of one server.</summary>
internal static class ServerRules
{
    public static void Check(ServerSettings server, NamedTable named, Problems problems)
    {
        ServiceRules.CheckMemory(server.Limits, named.AtValue("memory_high"), problems);
        if (server.StopSignal == Signal.Stop)
            problems.Error(named.AtValue("stop_signal"), "SIGSTOP stops no server for good; SIGTERM does");
        if (server.Shim != ShimMode.Exec)
            return;
        NeedsGuard("idle_timeout", "its traffic", named, problems);
        NeedsGuard("close_grace", "that its stdin is closed", named, problems);
        if (server.OnLimit == LimitAction.ReplaceIdle)
            NeedsGuard("on_limit", "that it is idle", named, problems, " = \"replace-idle\"");
    }

    private static void NeedsGuard(string key, string what, NamedTable named, Problems problems, string value = "")
    {
        if (named.Has(key))
            problems.Error(
                named.AtValue(key),
                $"{key}{value} needs shim = \"guard\": with \"exec\" mcp-init's own process becomes the server, and no process is left " +
                $"that could see {what}; remove one of the two");
    }
}
