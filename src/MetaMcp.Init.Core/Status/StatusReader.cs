namespace MetaMcp.Init.Core.Status;

/// <summary>Reads the lines of an answer, where <c>mcp-init status</c> shows them.</summary>
public static class StatusReader
{
    /// <summary>Null if the line is no row, or none that this version knows.</summary>
    /// <param name="line">With or without its newline.</param>
    public static StatusRow? Read(ReadOnlySpan<byte> line)
    {
        var row = new RowReader(line);
        StatusRow? read = row.IsBroken ? null : row.OptionalText("row") switch
        {
            "system" => System(row),
            "service" => Service(row),
            "server" => Server(row),
            "instance" => Instance(row),
            "event" => EventRow.Read(row),
            "gap" => GapRow.Read(row),
            "log" => LogRow.Read(row),
            "process" => ProcessRow.Read(row),
            "count" => CountRow.Read(row),
            "target" => TargetRow.Read(row),
            "alert" => AlertRow.Read(row),
            "end" => EndRow.Read(row),
            _ => null,
        };
        row.Release();
        return row.IsBroken ? null : read;
    }

    private static SystemRow System(RowReader row) => new()
    {
        Version = row.Text("version"),
        Pid = (int)row.Number("pid"),
        Uptime = row.Time("uptime_ms"),
        Phase = (SystemPhase)row.Word("phase", StatusLines.Phases),
        StartupTook = row.OptionalTime("startup_ms"),
        NotReady = row.Names("not_ready"),
        IsReloadSuccessful = !row.Flag("reload_failed"),
        FileAge = row.Time("file_age_ms"),
        Missing = row.Names("missing"),
        Ready = (int)row.Number("ready"),
        Services = (int)row.Number("services"),
        Controllers = row.Names("controllers"),
        CircuitsOpen = (int)row.Number("circuits_open"),
        OutOfMemory = row.Number("oom"),
        LastOutOfMemory = row.OptionalTime("last_oom_ms"),
        OrphansEnded = row.Number("orphans_ended"),
        CleanupsClean = row.Number("clean"),
        CleanupsKilled = row.Number("killed"),
        CleanupsFailed = row.Number("failed"),
        Repairs = row.Number("repairs"),
        CleanupMean = row.OptionalTime("cleanup_mean_ms"),
        Instances = (int)(row.OptionalNumber("instances") ?? 0),
        Active = (int)(row.OptionalNumber("active") ?? 0),
        Healthy = (int)(row.OptionalNumber("healthy") ?? 0),
        LimitBreaches = row.OptionalNumber("limit_breaches") ?? 0,
        CorrectiveActions = row.OptionalNumber("corrective_actions") ?? 0,
        Alerts = (int)(row.OptionalNumber("alerts") ?? 0),
        AlertsTold = row.OptionalNumber("alerts_told") ?? 0,
        IsStalled = row.Flag("stalled"),
        StallsProblem = row.OptionalText("stalls_unknown"),
        MemoryMax = row.OptionalNumber("memory_max"),
        TasksMax = row.OptionalNumber("tasks_max"),
        CpuMax = row.OptionalCores("cpu_max"),
        InstancesMax = (int?)row.OptionalNumber("max_instances"),
        Disks = row.Objects("disks", DiskRow.Read),
        Cgroup = row.OptionalText("cgroup"),
    };

    private static ServiceRow Service(RowReader row) => new()
    {
        Name = row.Text("name"),
        Condition = (ServiceCondition)row.Word("state", StatusLines.Conditions),
        IsReady = row.Flag("ready"),
        Since = row.Time("since_ms"),
        RunAge = row.OptionalTime("run_ms"),
        IsOneshot = row.Flag("oneshot"),
        IsRequired = row.Flag("required"),
        Pid = row.OptionalPid("pid"),
        Instance = row.OptionalText("instance"),
        HasLaunched = row.Flag("launches"),
        Starts = (int)row.Number("starts"),
        Restarts = row.OptionalNumber("restarts"),
        LastEnd = row.OptionalText("last_end"),
        LastCode = (int?)row.OptionalNumber("last_code"),
        LastLimit = row.OptionalText("last_limit"),
        Why = row.OptionalText("why"),
        Next = row.OptionalTime("next_ms"),
        HasProbe = row.Flag("probed"),
        Probes = row.Number("probes"),
        ProbesFailed = row.Number("probes_failed"),
        LastProbe = row.OptionalTime("probe_ms"),
        ProbeFailure = row.OptionalText("probe_failure"),
        Says = row.OptionalText("says"),
        MemoryMax = row.OptionalNumber("memory_max"),
        TasksMax = row.OptionalNumber("tasks_max"),
        CpuMax = row.OptionalCores("cpu_max"),
        DependsOn = row.Names("depends_on"),
        NeededBy = row.Names("needed_by"),
        Command = row.OptionalText("command"),
        User = row.OptionalText("user"),
        Cgroup = row.OptionalText("cgroup"),
    };

    private static ServerRow Server(RowReader row) => new()
    {
        Name = row.Text("name"),
        CountedAs = row.OptionalText("counted_as"),
        Instances = (int)row.Number("instances"),
        Most = (int?)row.OptionalNumber("max_instances"),
        Idle = (int)row.Number("idle"),
        Waiting = (int)row.Number("waiting"),
        Refused = row.Number("refused"),
        Ended = row.Number("ended"),
        MemoryMax = row.OptionalNumber("memory_max"),
    };

    private static InstanceRow Instance(RowReader row) => new()
    {
        Id = row.Text("id"),
        Name = row.Text("name"),
        Server = row.Text("server"),
        CountedAs = row.OptionalText("counted_as"),
        Slot = (int)row.Number("slot"),
        Condition = (InstanceCondition)row.Word("state", StatusLines.InstanceConditions),
        Age = row.Time("age_ms"),
        Idle = row.OptionalTime("idle_ms"),
        Service = row.OptionalText("service"),
        HasLaunched = row.Flag("launches"),
        Pid = row.OptionalPid("pid"),
        MemoryMax = row.OptionalNumber("memory_max"),
        TasksMax = row.OptionalNumber("tasks_max"),
        CpuMax = row.OptionalCores("cpu_max"),
        Cgroup = row.OptionalText("cgroup"),
    };
}
