using System.Text;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Diagnosis;

/// <summary>Facts to start from, and plans.</summary>
internal static class Made
{
    private const string Directory = "/sys/fs/cgroup";

    /// <summary>A container where everything is permitted.</summary>
    public static Facts Perfect { get; } = new()
    {
        Release = "6.12.0",
        Machine = "x86_64",
        Pid = 1,
        FirstProcess = "mcp-init",
        UidMap = IdMap.Read("0 0 4294967295\n"u8),
        HasOwnPidNamespace = true,
        Containers = ["docker"],
        SeccompMode = 2,
        Calls = [.. Calls.Select(c => new CallAnswer(c, Errno.None)), new("clone3", new(Errno.ENOSYS))],
        Capabilities = ulong.MaxValue,
        BoundingCapabilities = ulong.MaxValue,
        HardLimits = [.. Enumerable.Repeat(1UL << 20, ResourceTable.All.Length)],
        OpenFiles = 1 << 20,
        OomScoreAdjust = 0,
        Swap = new ByteSize(0),
        Pressure = new() { OfMachine = true, OfCgroup = true, IsWritable = true },
        RuntimeDirectory = new() { Path = "/run/mcp-init", Nearest = "/run" },
        Cgroup = new()
        {
            Access = new(Directory, CgroupObstacle.None),
            HasOwnNamespace = true,
            Type = "domain",
            Owner = 0,
            Controllers = ["cpuset", "cpu", "io", "memory", "pids"],
            HasSwapMax = true,
            HasKill = true,
        },
    };

    public static IEnumerable<string> Calls =>
        ["epoll_create1", "signalfd4", "waitid", "statx", "pidfd_open", "pidfd_send_signal", "close_range", "process_mrelease"];

    /// <summary>The rights that Docker gives by default.</summary>
    public static Facts DockerDefault { get; } = Perfect with
    {
        Capabilities =
            Mask("chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write " +
                "setfcap"),
        Cgroup = Perfect.Cgroup with { Access = new(Directory, CgroupObstacle.ReadOnly) },
    };

    public static Facts WithCgroup(Func<CgroupFacts, CgroupFacts> change) => Perfect with { Cgroup = change(Perfect.Cgroup) };

    public static Facts WithObstacle(CgroupObstacle obstacle, string? directory = Directory, int errno = 0) =>
        WithCgroup(c => c with { Access = new(directory, obstacle, new(errno)) });

    public static Facts WithCall(string name, int errno) => Perfect with
    {
        Calls = [.. Perfect.Calls.Where(c => c.Name != name), new(name, new(errno))],
    };

    public static Facts Without(string capability, bool fromBounding = true) => Perfect with
    {
        Capabilities = ~Mask(capability),
        BoundingCapabilities = fromBounding ? ~Mask(capability) : ulong.MaxValue,
    };

    public static ulong Mask(string names) => names.Split(' ').Aggregate(0UL, (mask, name) => mask | 1UL << CapabilityTable.Find(name));

    /// <summary>A plan with one service and these additions.</summary>
    public static Plan File(string of = "", string rest = "[shutdown]\ntimeout = \"5s\"") =>
        Plan.Of(ConfigReader.Read(
            "f.toml", Encoding.UTF8.GetBytes($"{rest}\n[service.backend]\ncommand = [\"x\"]\n{of}\n"))) is { Plan: { } plan }
            ? plan : throw new InvalidOperationException("the file of the test is wrong");

    public static Finding? Find(this Examination examination, string id) => examination.Findings.FirstOrDefault(f => f.Id == id);

    public static Finding Only(Facts facts, Plan? plan = null) =>
        Assert.Single(Examination.Of(facts, plan ?? File()).Findings, f => f.Severity != FindingSeverity.Ok);
}
