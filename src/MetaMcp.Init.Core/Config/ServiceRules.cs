using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>Rules about several keys of one service.</summary>
internal static class ServiceRules
{
    public static void Check(ServiceSettings service, NamedTable named, Problems problems)
    {
        // After a syntax error the missing key may stand in the line that could not be read.
        bool Lacks(string key) => !named.Has(key) && !problems.HasSyntaxErrors;

        if (Lacks("command"))
            problems.Error(named.At, $"[service.{named.Name}] has no command; add command = [\"node\", \"dist/index.js\"]");

        if (service.Type == ServiceType.Oneshot)
        {
            if (named.Has("probe"))
                problems.Error(
                    named.AtValue("probe"),
                    "a oneshot is ready when it has succeeded, and there is nothing to probe; remove probe, or type");
            else if (service.Ready != ReadyRule.Started)
                problems.Error(
                    named.AtValue("ready"),
                    $"a oneshot is ready when it has succeeded; remove ready = \"{EnumWords.ReadyRule[(int)service.Ready]}\", or type");
            if (named.Has("watchdog"))
                problems.Error(named.AtValue("watchdog"), "a oneshot is not watched; start_timeout is how long it may take");
            if (GivesPolicyAlways(named.Table) is { } always)
                problems.Error(always, "a oneshot restarted \"always\" would never end; write \"on-failure\" or \"never\"");
        }
        else if (service.Ready == ReadyRule.Probe && Lacks("probe"))
            problems.Error(
                named.AtValue("ready"), "ready = \"probe\" needs a probe; add probe = { http = \"http://127.0.0.1:8080/health\" }");

        if (service.IsForking && (service.Ready is ReadyRule.NotifyFd or ReadyRule.SdNotify))
            problems.Error(named.AtValue("ready"),
                "a forking service is ready when it is in the background; a service that says so itself stays in the foreground: remove " +
                "type");
        if (service.PidFile is not null && !service.IsForking)
            problems.Error(named.AtValue("pidfile"),
                "pidfile goes with type = \"forking\", a daemon that puts itself into the background; remove pidfile, or add the type");
        if (named.Has("notify_fd") && service.Ready != ReadyRule.NotifyFd)
            problems.Warning(named.AtValue("notify_fd"), "notify_fd is of no use without ready = \"notify-fd\"");
        if (service.StopSignal == Signal.Stop)
            problems.Error(named.AtValue("stop_signal"), "SIGSTOP stops no service for good; SIGTERM does");
        if (service.Attributes is { Group: not null, User: null } && named.Has("group"))
            problems.Warning(named.AtValue("group"), "group without user leaves the service the user that mcp-init runs as");
        CheckBackoff(service.Restart.Backoff, named.AtValue("restart"), named.Has("restart"), problems);
        CheckMemory(service.Limits, named.AtValue("memory_high"), problems);
        CheckEnvironment(service, named, problems);
    }

    public static void CheckBackoff(BackoffSettings backoff, SourcePosition at, bool given, Problems problems)
    {
        if (given && backoff.Initial > backoff.Max)
            problems.Error(
                at, $"backoff starts with {Duration.Format(backoff.Initial)}, which is above its max, {Duration.Format(backoff.Max)}");
    }

    public static void CheckMemory(CgroupLimits limits, SourcePosition at, Problems problems)
    {
        if (limits is { MemoryMax: { } max, MemoryHigh: { } high } && high.Bytes > max.Bytes)
            problems.Warning(at, $"memory_high, {high}, is above memory_max, {max}, and never reached");
    }

    private static void CheckEnvironment(ServiceSettings service, NamedTable named, Problems problems)
    {
        if (service.Ready != ReadyRule.SdNotify && service.Watchdog is null)
            return;
        if (service.Environment.ContainsKey("NOTIFY_SOCKET"))
            problems.Error(named.AtValue("environment"),
                $"NOTIFY_SOCKET is set for a service with {(service.Watchdog is null ? "ready = \"sd-notify\"" : "a watchdog")}; " +
                "remove it from environment");
    }

    private static SourcePosition? GivesPolicyAlways(TomlTable table)
    {
        var node = table.Find("restart")?.Value;
        var policy = node is TomlTable restart ? restart.Find("policy")?.Value : node;
        return policy is TomlString { Text: "always" } ? policy.At : null;
    }
}
