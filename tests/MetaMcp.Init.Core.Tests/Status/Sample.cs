using System.Collections.Immutable;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Status;

/// <summary>An installation in which something is wrong: each kind of row, each state that needs words.</summary>
internal static class Sample
{
    private const long Mebi = 1 << 20;

    public static StatusRow[] Rows =>
    [
        new SystemRow
        {
            Version = "1.4.0", Pid = 1, Uptime = new TimeSpan(3, 12, 0), Phase = SystemPhase.Running, Missing = ["worker"],
            NotReady = ["worker is open (exit code 3)"], Ready = 3, Services = 7, Controllers = ["memory", "tasks", "cpu"],
            CircuitsOpen = 1, OutOfMemory = 1, LastOutOfMemory = new TimeSpan(3, 0, 0), OrphansEnded = 4, CleanupsClean = 57,
            CleanupsKilled = 1, CleanupMean = TimeSpan.FromMilliseconds(31), Instances = 8, Active = 5, Healthy = 6, LimitBreaches = 1,
            CorrectiveActions = 2, Alerts = 1, AlertsTold = 3, IsStalled = true,
            StallsProblem = "there is no such file", MemoryMax = 4096 * Mebi, TasksMax = 512, InstancesMax = 15,
            Disks =
            [
                new DiskRow("/") { State = DiskState.High, Size = 40_960 * Mebi, Available = 4096 * Mebi, UsedPercent = 90 },
                new DiskRow("/data") { Problem = "No such file or directory" },
            ],
            Cgroup = "/sys/fs/cgroup/workload",
        },
        new ServiceRow
        {
            Name = "migrate", Condition = ServiceCondition.Completed, IsReady = true, Since = new TimeSpan(3, 12, 0), IsOneshot = true,
            Starts = 1, Restarts = 0, LastEnd = "exit code 0",
        },
        new ServiceRow
        {
            Name = "backend", Condition = ServiceCondition.Ready, IsReady = true, Since = new TimeSpan(2, 40, 0),
            RunAge = new TimeSpan(2, 40, 0), Pid = 57, Starts = 3, Restarts = 1, IsRequired = true, HasLaunched = true,
            Instance = "mcp-1764316073412-12", HasProbe = true, Probes = 642, ProbesFailed = 2, LastProbe = TimeSpan.FromMilliseconds(4),
            LastEnd = "killed by SIGKILL", LastLimit = "its memory_max of 1GiB", MemoryMax = 1024 * Mebi, TasksMax = 256, CpuMax = 1.5,
            DependsOn = ["migrate"], NeededBy = ["frontend"], Cgroup = "/sys/fs/cgroup/workload/backend",
        },
        new ServiceRow
        {
            Name = "worker", Condition = ServiceCondition.Open, Since = TimeSpan.FromSeconds(41), Starts = 6, Restarts = 5,
            LastEnd = "exit code 3",
            Why = "exit code 3, 5 failures in 5m", Next = TimeSpan.FromSeconds(19), MemoryMax = 512 * Mebi,
        },
        new ServiceRow
        {
            Name = "search", Condition = ServiceCondition.Ready, IsReady = true, Since = new TimeSpan(0, 22, 0),
            RunAge = new TimeSpan(0, 22, 0), Pid = 412, Starts = 1, Restarts = 0, HasProbe = true,
            Probes = 10, LastProbe = TimeSpan.FromMilliseconds(12), MemoryMax = 512 * Mebi, TasksMax = 64,
        },
        new ServiceRow
        {
            Name = "indexer", Condition = ServiceCondition.Starting, Since = TimeSpan.FromSeconds(3),
            RunAge = TimeSpan.FromSeconds(3), Pid = 905, Starts = 1, Restarts = 0,
            HasProbe = true, Next = TimeSpan.FromSeconds(57), MemoryMax = 256 * Mebi, Says = "loading \"big\" index",
        },
        new ServiceRow { Name = "report", Condition = ServiceCondition.Stopped, Since = new TimeSpan(0, 8, 0) },
        new ServerRow
        {
            Name = "desktop-commander", Instances = 3, Most = 3, Idle = 1, Waiting = 0, Refused = 2, Ended = 41, MemoryMax = 500 * Mebi,
        },
        new ServerRow { Name = "everything", CountedAs = "other", Instances = 2, Idle = 2, Ended = 9 },
        new InstanceRow
        {
            Id = "mcp-1764316073412-31", Name = "desktop-commander@31", Server = "desktop-commander", Slot = 1,
            Condition = InstanceCondition.Busy,
            Age = new TimeSpan(0, 14, 0), Service = "backend", HasLaunched = true, Pid = 211, MemoryMax = 500 * Mebi, TasksMax = 128,
            Cgroup = "/sys/fs/cgroup/workload/desktop-commander@31",
        },
        new InstanceRow
        {
            Id = "mcp-1764316073412-32", Name = "desktop-commander@32", Server = "desktop-commander", Slot = 2,
            Condition = InstanceCondition.Idle,
            Age = new TimeSpan(0, 12, 0), Idle = new TimeSpan(0, 9, 41),
        },
        new InstanceRow
        {
            Id = "mcp-1764316073412-40", Name = "everything@40", Server = "everything", CountedAs = "other", Slot = 3,
            Condition = InstanceCondition.Ending,
            Age = new TimeSpan(0, 4, 0),
        },
        new AlertRow("circuit-open", TimeSpan.FromSeconds(41))
        {
            Name = "worker", IsCritical = true, Reason = "exit code 3; circuit open", Withheld = 2,
        },
        new GapRow(0) { Next = 1, NeverGiven = 812 },
        new EventRow(12, TimeSpan.FromSeconds(3), "service.ready", EventLevel.Warning, "backend", "ready, \"at last\"")
        {
            Instance = "mcp-1764316073412-12",
        },
    ];

    public static StatusDocument Document => StatusDocument.From(Rows)! with
    {
        Workload = new Usage(1638 * Mebi) { Peak = 2662 * Mebi, Tasks = 77, MemoryPressure = new Pressure(new(0, default), null) },
        Usages = ImmutableDictionary<string, Usage>.Empty
            .Add("backend", new Usage(412 * Mebi) { CpuTime = TimeSpan.FromMinutes(19.2), Tasks = 23 })
            .Add("search", new Usage(489 * Mebi) { CpuTime = TimeSpan.FromMinutes(6.8), Tasks = 31 })
            .Add("indexer", new Usage(64 * Mebi, IsEstimate: true) { Tasks = 12 })
            .Add("desktop-commander@31", new Usage(128 * Mebi)).Add("desktop-commander@32", new Usage(131 * Mebi)),
    };
}
