using System.Buffers;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>Rows as lines of JSON, written by PID 1.</summary>
public static class StatusLines
{
    internal static readonly string[] Phases = ["starting", "running", "stopping"];

    internal static readonly string[] Conditions =
    [
        "waiting", "starting", "ready", "failing", "stopping", "backoff", "open", "trial", "completed", "finished", "failed", "skipped",
        "stopped",
    ];

    internal static readonly string[] InstanceConditions = ["starting", "busy", "idle", "ending"];

    public static string Word(SystemPhase phase) => Phases[(int)phase];

    public static string Word(ServiceCondition condition) => Conditions[(int)condition];

    public static string Word(InstanceCondition condition) => InstanceConditions[(int)condition];

    /// <summary>The state of a service with its reason, for a list of such.</summary>
    public static string Clause(string name, ServiceCondition condition, string? why) =>
        why is null ? $"{name} is {Word(condition)}" : $"{name} is {Word(condition)} ({why})";

    /// <summary>Appends the row and a newline.</summary>
    public static void Append(StatusRow row, ArrayBufferWriter<byte> to)
    {
        var json = new JsonWriter(to, isOneLine: true);
        Write(new RowWriter(json), row);
        json.WriteEndObject();
        to.Write("\n"u8);
    }

    /// <summary>All members of a row; the object is left open for more of them.</summary>
    internal static void Write(RowWriter line, StatusRow row)
    {
        switch (row)
        {
            case EventRow happened:
                happened.Write(line);
                break;
            case GapRow gap:
                gap.Write(line);
                break;
            case LogRow said:
                said.Write(line);
                break;
            case ProcessRow process:
                process.Write(line);
                break;
            case CountRow counted:
                counted.Write(line);
                break;
            case TargetRow target:
                target.Write(line);
                break;
            case AlertRow alert:
                alert.Write(line);
                break;
            case EndRow end:
                end.Write(line);
                break;
            case SystemRow system:
                Write(line, system);
                break;
            case ServiceRow service:
                Write(line, service);
                break;
            case ServerRow server:
                Write(line, server);
                break;
            case InstanceRow instance:
                Write(line, instance);
                break;
            default:
                throw new ArgumentException($"bug: {row} is no row", nameof(row));
        }
    }

    private static void Write(RowWriter line, SystemRow row)
    {
        line.Begin("system");
        line.Text("version", row.Version);
        line.Number("pid", row.Pid);
        line.Time("uptime_ms", row.Uptime);
        line.Text("phase", Word(row.Phase));
        line.Time("startup_ms", row.StartupTook);
        line.Names("not_ready", row.NotReady);
        line.Flag("reload_failed", !row.IsReloadSuccessful);
        line.Time("file_age_ms", row.FileAge);
        line.Names("missing", row.Missing);
        line.Number("ready", row.Ready);
        line.Number("services", row.Services);
        line.Names("controllers", row.Controllers);
        line.Number("circuits_open", row.CircuitsOpen);
        line.Number("oom", row.OutOfMemory);
        line.Time("last_oom_ms", row.LastOutOfMemory);
        line.Number("orphans_ended", row.OrphansEnded);
        line.Number("clean", row.CleanupsClean);
        line.Number("killed", row.CleanupsKilled);
        line.Number("failed", row.CleanupsFailed);
        line.Number("repairs", row.Repairs);
        line.Time("cleanup_mean_ms", row.CleanupMean);
        line.Number("instances", row.Instances);
        line.Number("active", row.Active);
        line.Number("healthy", row.Healthy);
        line.Number("limit_breaches", row.LimitBreaches);
        line.Number("corrective_actions", row.CorrectiveActions);
        line.Number("alerts", row.Alerts);
        line.Number("alerts_told", row.AlertsTold);
        line.Flag("stalled", row.IsStalled);
        line.Text("stalls_unknown", row.StallsProblem);
        line.Number("memory_max", row.MemoryMax);
        line.Number("tasks_max", row.TasksMax);
        line.Cores("cpu_max", row.CpuMax);
        line.Number("max_instances", row.InstancesMax);
        line.Disks("disks", row.Disks);
        line.Text("cgroup", row.Cgroup);
    }

    private static void Write(RowWriter line, ServiceRow row)
    {
        line.Begin("service");
        line.Text("name", row.Name);
        line.Text("state", Word(row.Condition));
        line.Flag("ready", row.IsReady);
        line.Time("since_ms", row.Since);
        line.Time("run_ms", row.RunAge);
        line.Flag("oneshot", row.IsOneshot);
        line.Flag("required", row.IsRequired);
        line.Number("pid", row.Pid);
        line.Text("instance", row.Instance);
        line.Flag("launches", row.HasLaunched);
        line.Number("starts", row.Starts);
        line.Number("restarts", row.Restarts);
        line.Text("last_end", row.LastEnd);
        line.Number("last_code", row.LastCode);
        line.Text("last_limit", row.LastLimit);
        line.Text("why", row.Why);
        line.Time("next_ms", row.Next);
        line.Flag("probed", row.HasProbe);
        line.Number("probes", row.Probes);
        line.Number("probes_failed", row.ProbesFailed);
        line.Time("probe_ms", row.LastProbe);
        line.Text("probe_failure", row.ProbeFailure);
        line.Text("says", row.Says);
        line.Number("memory_max", row.MemoryMax);
        line.Number("tasks_max", row.TasksMax);
        line.Cores("cpu_max", row.CpuMax);
        line.Names("depends_on", row.DependsOn);
        line.Names("needed_by", row.NeededBy);
        line.Text("command", row.Command);
        line.Text("user", row.User);
        line.Text("cgroup", row.Cgroup);
    }

    private static void Write(RowWriter line, ServerRow row)
    {
        line.Begin("server");
        line.Text("name", row.Name);
        line.Text("counted_as", row.CountedAs);
        line.Number("instances", row.Instances);
        line.Number("max_instances", row.Most);
        line.Number("idle", row.Idle);
        line.Number("waiting", row.Waiting);
        line.Number("refused", row.Refused);
        line.Number("ended", row.Ended);
        line.Number("memory_max", row.MemoryMax);
    }

    private static void Write(RowWriter line, InstanceRow row)
    {
        line.Begin("instance");
        line.Text("id", row.Id);
        line.Text("name", row.Name);
        line.Text("server", row.Server);
        line.Text("counted_as", row.CountedAs);
        line.Number("slot", row.Slot);
        line.Text("state", Word(row.Condition));
        line.Time("age_ms", row.Age);
        line.Time("idle_ms", row.Idle);
        line.Text("service", row.Service);
        line.Flag("launches", row.HasLaunched);
        line.Number("pid", row.Pid);
        line.Number("memory_max", row.MemoryMax);
        line.Number("tasks_max", row.TasksMax);
        line.Cores("cpu_max", row.CpuMax);
        line.Text("cgroup", row.Cgroup);
    }
}
