using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Planning;

/// <summary>The plan as a page: the order of start and stop, and the limits of each service.</summary>
internal static class PlanText
{
    /// <summary>The time that <c>docker stop</c> waits by default.</summary>
    private static readonly TimeSpan DockerStop = TimeSpan.FromSeconds(10);

    public static string Render(Plan plan, string file)
    {
        var text = new StringBuilder();
        var (services, waves) = (plan.Services.Length, plan.StartWaves.Length);
        text.Append($"{file}: {Things(plan, services > waves ? $" in {Counted.Text(waves, "wave")}" : "")}\n");
        Start(text, plan);
        Stop(text, plan);
        Limits(text, plan);
        Restarts(text, plan);
        PlanServers.AppendTo(text, plan);
        PlanServe.AppendTo(text, plan.Settings.Serve);
        return text.ToString();
    }

    /// <summary>The number of services and servers of a file; servers only if it has any, or no service.</summary>
    public static string Things(Plan plan, string waves = "")
    {
        var (services, servers) = (plan.Services.Length, plan.Settings.Servers.Length);
        return (services == 0 ? "no service" : Counted.Text(services, "service") + waves) +
            (services > 0 && servers == 0 ? "" : $", {Counted.Text(servers, "server")} to launch");
    }

    private static void Start(StringBuilder text, Plan plan)
    {
        if (plan.Services.IsEmpty)
            return;
        var startup = plan.Settings.Startup;
        text.Append($"\nSTART   each as soon as its dependencies are there; all within {Duration.Format(startup.Timeout)}, failures " +
            $"tried {Counted.Text(startup.Retries, "time")} more\n\n");
        var table = new TextTable("  ");
        table.Add("", "", "", "within", "");
        Waves(plan.StartWaves, (number, index) =>
        {
            var service = plan.Services[index];
            table.Add(number, service.Name, Kind(service.Settings), Duration.Format(service.Settings.StartTimeout),
                Ready(service.Settings) + WaitsFor(plan, service) + Stdin(service.Settings));
        });
        table.AppendTo(text);
    }

    private static void Stop(StringBuilder text, Plan plan)
    {
        var timeout = plan.Settings.Shutdown.Timeout;
        var signals = string.Join(", ", plan.Settings.Shutdown.Signals);
        text.Append($"\nSTOP    on {signals}: each as soon as its dependents are gone; all within {Duration.Format(timeout)}, then " +
            $"SIGKILL to the rest\n{(plan.Services.IsEmpty ? "" : "\n")}");
        var table = new TextTable("  ");
        Waves(plan.StopWaves, (number, index) =>
        {
            var s = plan.Services[index].Settings;
            var command = s.StopCommand.IsEmpty ? "" : $"{Path.GetFileName(s.StopCommand[0])}, then ";
            var onlyIf = s.Type == ServiceType.Oneshot ? ", if it still runs" : "";
            table.Add(number, s.Name, $"{command}{s.StopSignal}, {s.KillSignal} after {Duration.Format(s.StopTimeout)}{onlyIf}");
        });
        table.AppendTo(text);
        if (plan.LongestStop.Services.Length > 1)
            text.Append($"\n  the longest chain: {Names(plan, plan.LongestStop.Services, " → ")}, up to " +
                $"{Duration.Format(plan.LongestStop.Time)}\n");
        if (timeout > DockerStop)
        {
            var grace = Math.Ceiling(timeout.TotalSeconds) + 1;
            text.Append($"\n  \"docker stop\" waits {Duration.Format(DockerStop)} by default; give it longer than the " +
                $"{Duration.Format(timeout)} above:\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"  docker run --stop-timeout {grace}, stop_grace_period: {grace}s in Compose, " +
                $"terminationGracePeriodSeconds: {grace} in Kubernetes\n");
        }
    }

    private static void Limits(StringBuilder text, Plan plan)
    {
        var limits = plan.Settings.Limits;
        string[] whole =
        [
            .. Given(limits.Memory, m => $"memory {m}"), .. Given(limits.Tasks, t => Counted.Text(t, "task")),
            .. Given(limits.MaxInstances, m => Counted.Text(m, "instance")), .. Given(limits.MaxPerType, m => $"{m} of a type"),
        ];
        var enforced = limits.Enforce switch
        {
            Enforcement.Require => "by the kernel in cgroup workload/NAME, or nothing starts",
            Enforcement.Prefer => "by the kernel in cgroup workload/NAME where the container permits it, else by sampling",
            _ => "not enforced",
        };
        text.Append($"\nLIMITS  all together: {(whole.Length == 0 ? "none" : string.Join(", ", whole))}; {enforced}\n");
        if (!limits.Disk.IsEmpty)
            text.Append($"  disks {string.Join(", ", limits.Disk)}: {(limits.Monitoring ? $"a warning from {limits.DiskWarning} % on"
                : "not watched, since METAMCP_RESOURCE_MONITORING is false")}\n");
        if (plan.Services.IsEmpty)
            return;
        text.Append('\n');
        var table = new TextTable("  ");
        table.Add("", "memory", "swap", "tasks", "cpu", "user");
        foreach (var service in plan.Services)
            table.Add(Row(service.Name, service.Settings.Limits, service.Settings.Attributes));
        table.AppendTo(text);
        Privileges(text, plan);
    }

    private static void Privileges(StringBuilder text, Plan plan)
    {
        var gaining = plan.Services.Where(s => !s.Settings.Attributes.NoNewPrivileges).Select(s => s.Index).ToImmutableArray();
        var exceptions = gaining.IsEmpty ? "" : $" but in {Names(plan, gaining, ", ")}";
        text.Append($"\n  no_new_privileges: sudo, su and other set-uid programs, and file capabilities, give no privilege{exceptions}\n");
    }

    private static void Restarts(StringBuilder text, Plan plan)
    {
        if (plan.Services.IsEmpty)
            return;
        text.Append("\nRESTART of services that end while everything runs\n\n");
        var table = new TextTable("  ");
        foreach (var group in plan.Services.GroupBy(s => s.Settings.Restart))
            table.Add(EnumWords.RestartPolicy[(int)group.Key.Policy], string.Join(", ", group.Select(s => s.Name)), Delays(group.Key));
        table.AppendTo(text);
    }

    private static void Waves(ImmutableArray<ImmutableArray<int>> waves, Action<string, int> row)
    {
        for (var wave = 0; wave < waves.Length; wave++)
            for (var i = 0; i < waves[wave].Length; i++)
                row(i == 0 ? $"{wave + 1}" : "", waves[wave][i]);
    }

    public static string[] Row(string name, CgroupLimits limits, ProcessAttributes attributes, string userless = "as mcp-init") =>
    [
        name,
        limits.MemoryMax?.ToString() ?? "–",
        limits.SwapMax.Bytes == 0 ? "0" : limits.SwapMax.ToString(),
        limits.TasksMax?.ToString(CultureInfo.InvariantCulture) ?? "–",
        limits.CpuMax?.ToString("0.##", CultureInfo.InvariantCulture) ?? "–",
        attributes.User is null ? userless : attributes.User + (attributes.Group is { } group ? $":{group}" : ""),
    ];

    private static string Kind(ServiceSettings service) =>
        service.Type == ServiceType.Oneshot ? service.Required ? "oneshot, required" : "oneshot" : service.Required ? "required" : "";

    private static string Ready(ServiceSettings service) => service switch
    {
        { Type: ServiceType.Oneshot } => "done when it succeeds",
        { Ready: ReadyRule.NotifyFd } => $"ready when it writes to fd {service.NotifyFd}",
        { Ready: ReadyRule.SdNotify } => "ready when it says READY=1",
        { Ready: ReadyRule.Probe, Probe: { } probe } => $"ready when {Target(probe.Target)}",
        { IsForking: true, PidFile: { } path } => $"ready when {path} names its main process",
        { IsForking: true } => "ready when in the background",
        _ => "ready when started",
    };

    private static string Target(ProbeTarget target) => target switch
    {
        ProbeTarget.Http http => $"{http.Address} answers",
        ProbeTarget.Tcp tcp => $"{tcp.Address} accepts",
        ProbeTarget.Unix unix => $"{unix.Path} accepts",
        ProbeTarget.Mcp mcp => $"{mcp.Address} answers as an MCP server",
        ProbeTarget.Exec exec => $"{Path.GetFileName(exec.Command[0])} succeeds",
        _ => "",
    };

    private static string Stdin(ServiceSettings service) => service.Stdin == StdinMode.Inherit ? "; has stdin" : "";

    private static string WaitsFor(Plan plan, PlannedService service)
    {
        var after = service.After.Except(service.DependsOn).ToImmutableArray();
        return (service.DependsOn.IsEmpty ? "" : $"; needs {Names(plan, service.DependsOn, ", ")}")
            + (after.IsEmpty ? "" : $"; after {Names(plan, after, ", ")}");
    }

    private static string Delays(RestartSettings restart)
    {
        var (backoff, breaker) = (restart.Backoff, restart.Breaker);
        return restart.Policy == RestartPolicy.Never
            ? ""
            : $"after {Duration.Format(backoff.Initial)}, then longer, up to {Duration.Format(backoff.Max)}; "
                + $"{Counted.Text(breaker.Failures, "failure")} in {Duration.Format(breaker.Window)}: a pause of " +
                    $"{Duration.Format(breaker.OpenFor)}";
    }

    private static string Names(Plan plan, ImmutableArray<int> services, string separator) =>
        string.Join(separator, services.Select(i => plan.Services[i].Name));

    private static string[] Given<T>(T? value, Func<T, string> show)
        where T : struct => value is { } given ? [show(given)] : [];
}
