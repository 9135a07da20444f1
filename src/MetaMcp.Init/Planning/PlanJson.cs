using System.Buffers;
using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Planning;

/// <summary>The plan for programs: times in milliseconds, sizes in bytes, no value of any environment variable.</summary>
internal static class PlanJson
{
    public static ReadOnlySpan<byte> Render(Plan plan, string file)
    {
        var output = new ArrayBufferWriter<byte>();
        var json = new JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("file", file);
        Phases(json, plan);
        Waves(json, "start", plan, plan.StartWaves);
        Waves(json, "stop", plan, plan.StopWaves);
        Limits(json, plan.Settings.Limits);
        json.WriteStartArray("services");
        foreach (var service in plan.Services)
            Service(json, plan, service);
        json.WriteEndArray();
        Launch(json, plan.Settings);
        json.WriteStartArray("servers");
        foreach (var server in plan.Settings.Servers)
            Server(json, server, plan.Settings.Limits);
        json.WriteEndArray();
        PlanServe.Write(json, plan.Settings.Serve);
        json.WriteEndObject();
        output.Write("\n"u8);
        return output.WrittenSpan;
    }

    private static void Phases(JsonWriter json, Plan plan)
    {
        Time(json, "startup_timeout_ms", plan.Settings.Startup.Timeout);
        json.WriteNumber("startup_retries", plan.Settings.Startup.Retries);
        Time(json, "shutdown_timeout_ms", plan.Settings.Shutdown.Timeout);
        Texts(json, "shutdown_signals", [.. plan.Settings.Shutdown.Signals.Select(s => s.ToString())]);
        json.WriteStartObject("longest_stop");
        Time(json, "ms", plan.LongestStop.Time);
        Names(json, "services", plan, plan.LongestStop.Services);
        json.WriteEndObject();
    }

    private static void Waves(JsonWriter json, string name, Plan plan, ImmutableArray<ImmutableArray<int>> waves)
    {
        json.WriteStartArray(name);
        foreach (var wave in waves)
            Names(json, null, plan, wave);
        json.WriteEndArray();
    }

    private static void Service(JsonWriter json, Plan plan, PlannedService service)
    {
        var s = service.Settings;
        json.WriteStartObject();
        json.WriteString("name", s.Name);
        json.WriteString("type", EnumWords.TypeOf(s));
        json.WriteBoolean("required", s.Required);
        Texts(json, "command", s.Command);
        Names(json, "depends_on", plan, service.DependsOn);
        Names(json, "after", plan, service.After);
        json.WriteString("ready", EnumWords.ReadyRule[(int)s.Ready]);
        Time(json, "start_timeout_ms", s.StartTimeout);
        json.WriteString("stop_signal", s.StopSignal.ToString());
        Time(json, "stop_timeout_ms", s.StopTimeout);
        if (s.Probe is { } probe)
            Probe(json, probe);
        Restart(json, s.Restart);
        Process(json, s.Attributes, s.Limits);
        json.WriteString("log", EnumWords.OutputMode[(int)s.Log]);
        json.WriteString("stdin", EnumWords.StdinMode[(int)s.Stdin]);
        json.WriteEndObject();
    }

    private static void Launch(JsonWriter json, Settings settings)
    {
        json.WriteStartObject("launch");
        Texts(json, "intercept", settings.Launch.Intercept);
        json.WriteString("unknown", EnumWords.UnknownServers[(int)settings.Launch.Unknown]);
        json.WriteNumber("max_starting", settings.Launch.MaxStarting);
        json.WriteEndObject();
    }

    private static void Server(JsonWriter json, ServerSettings server, LimitSettings limits)
    {
        json.WriteStartObject();
        json.WriteString("name", server.Name);
        Texts(json, "command", ShownCommand.Words(server.Command));
        Number(json, "max_instances", server.MaxInstances ?? limits.MaxPerType);
        json.WriteString("on_limit", EnumWords.LimitAction[(int)server.OnLimit]);
        if (server.IdleTimeout is { } idle)
            Time(json, "idle_timeout_ms", idle);
        json.WriteString("shim", EnumWords.ShimMode[(int)server.Shim]);
        json.WriteBoolean("unwrap", server.Unwrap);
        Texts(json, "match", server.Match);
        if (server.Shim == ShimMode.Guard)
            Time(json, "close_grace_ms", server.CloseGrace);
        json.WriteString("stop_signal", server.StopSignal.ToString());
        Time(json, "stop_timeout_ms", server.StopTimeout);
        if (server.Allow is { } allow)
            Texts(json, "allow", allow);
        Process(json, server.Attributes, server.Limits);
        json.WriteEndObject();
    }

    private static void Probe(JsonWriter json, ProbeSettings probe)
    {
        json.WriteStartObject("probe");
        switch (probe.Target)
        {
            case ProbeTarget.Http http:
                json.WriteString("http", http.Address);
                break;
            case ProbeTarget.Tcp tcp:
                json.WriteString("tcp", tcp.Address);
                break;
            case ProbeTarget.Unix unix:
                json.WriteString("unix", unix.Path);
                break;
            case ProbeTarget.Mcp mcp:
                json.WriteString("mcp", mcp.Address);
                break;
            case ProbeTarget.Exec exec:
                Texts(json, "exec", exec.Command);
                break;
        }
        Time(json, "interval_ms", probe.Interval);
        Time(json, "timeout_ms", probe.Timeout);
        json.WriteNumber("retries", probe.Retries);
        Time(json, "start_period_ms", probe.StartPeriod);
        json.WriteEndObject();
    }

    private static void Restart(JsonWriter json, RestartSettings restart)
    {
        json.WriteStartObject("restart");
        json.WriteString("policy", EnumWords.RestartPolicy[(int)restart.Policy]);
        Time(json, "initial_ms", restart.Backoff.Initial);
        json.WriteNumber("factor", restart.Backoff.Factor);
        Time(json, "max_ms", restart.Backoff.Max);
        json.WriteNumber("jitter", restart.Backoff.Jitter);
        Time(json, "reset_after_ms", restart.Backoff.ResetAfter);
        json.WriteNumber("breaker_failures", restart.Breaker.Failures);
        Time(json, "breaker_window_ms", restart.Breaker.Window);
        Time(json, "breaker_open_for_ms", restart.Breaker.OpenFor);
        json.WriteEndObject();
    }

    private static void Limits(JsonWriter json, LimitSettings limits)
    {
        json.WriteStartObject("limits");
        Size(json, "memory", limits.Memory);
        Number(json, "tasks", limits.Tasks);
        Number(json, "max_instances", limits.MaxInstances);
        Number(json, "max_per_type", limits.MaxPerType);
        json.WriteString("enforce", EnumWords.Enforcement[(int)limits.Enforce]);
        json.WriteBoolean("monitoring", limits.Monitoring);
        Texts(json, "disk", limits.Disk);
        Number(json, "disk_warning", limits.DiskWarning);
        json.WriteEndObject();
    }

    private static void Process(JsonWriter json, ProcessAttributes attributes, CgroupLimits limits)
    {
        if (attributes.User is { } user)
            json.WriteString("user", user);
        if (attributes.Group is { } group)
            json.WriteString("group", group);
        json.WriteBoolean("no_new_privileges", attributes.NoNewPrivileges);
        json.WriteStartObject("limits");
        Size(json, "memory_max", limits.MemoryMax);
        Size(json, "memory_high", limits.MemoryHigh);
        Size(json, "swap_max", limits.SwapMax);
        Number(json, "tasks_max", limits.TasksMax);
        if (limits.CpuMax is { } cores)
            json.WriteNumber("cpu_max", cores);
        Number(json, "cpu_weight", limits.CpuWeight);
        json.WriteEndObject();
    }

    private static void Names(JsonWriter json, string? property, Plan plan, ImmutableArray<int> services) =>
        Texts(json, property, [.. services.Select(i => plan.Services[i].Name)]);

    private static void Texts(JsonWriter json, string? property, ImmutableArray<string> texts)
    {
        if (property is not null)
            json.WritePropertyName(property);
        json.WriteStartArray();
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Time(JsonWriter json, string property, TimeSpan time) => json.WriteNumber(property, (long)time.TotalMilliseconds);

    private static void Size(JsonWriter json, string property, ByteSize? size)
    {
        if (size is { } given)
            json.WriteNumber(property, given.Bytes);
    }

    private static void Number(JsonWriter json, string property, int? number)
    {
        if (number is { } given)
            json.WriteNumber(property, given);
    }
}
