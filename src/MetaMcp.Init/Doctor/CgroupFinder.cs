using System.Text;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>The facts about the cgroup we are in.</summary>
internal static unsafe class CgroupFinder
{
    public static CgroupFacts Find() => Find(AboveOurTree(CgroupRoot.Find()));

    public static CgroupFacts Find(CgroupAccess access)
    {
        var controllers = access.Directory is { } found ? FactFinder.Line($"{found}/cgroup.controllers") ?? "" : "";
        var facts = new CgroupFacts
        {
            Version = Version(access, controllers),
            Access = access,
            HasOwnNamespace = Namespaces.IsOwn("cgroup", Namespaces.FirstCgroup),
            Controllers = controllers.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };
        if (access.Directory is not { } directory)
            return facts;
        return facts with
        {
            Type = FactFinder.Line($"{directory}/cgroup.type"),
            Owner = Owner(directory),
            MemoryMax = Number($"{directory}/memory.max") is { } bytes ? new ByteSize(bytes) : null,
            PidsMax = Number($"{directory}/pids.max"),
            CpuMax = Cores(FactFinder.Line($"{directory}/cpu.max")),
            HasSwapMax = KernelFile.Exists($"{directory}/memory.swap.max"),
            HasKill = KernelFile.Exists($"{directory}/cgroup.kill"),
            OomKills = OomCounts.Killed(KernelFile.ReadAll($"{directory}/memory.events")),
        };
    }

    /// <summary>
    /// If mcp-init already runs here it has made a tree, and <c>docker exec</c> starts us in its leaf: the container's cgroup is the
    /// parent.
    /// </summary>
    private static CgroupAccess AboveOurTree(CgroupAccess access)
    {
        const string Leaf = "/init";
        return access.Directory is { } leaf && leaf.EndsWith(Leaf, StringComparison.Ordinal) && leaf[..^Leaf.Length] is var above
            && KernelFile.Exists($"{above}/workload/cgroup.procs") ? access with { Directory = above } : access;
    }

    private static CgroupVersion Version(CgroupAccess access, string controllers) =>
        !SelfCgroup.HasVersion1(KernelFile.ReadAll("/proc/self/cgroup"))
            ? access.Directory is null && (access.Obstacle is CgroupObstacle.NotMounted or CgroupObstacle.NoProc)
                ? CgroupVersion.None
                : CgroupVersion.V2
        : access.Directory is null ? CgroupVersion.V1
        // With some hierarchies of version 1, version 2 can still have the controllers that we need.
        : controllers.Contains("memory", StringComparison.Ordinal) ? CgroupVersion.V2 : CgroupVersion.Hybrid;

    private static uint? Owner(string directory)
    {
        statx found;
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + "\0"))
            return get_statx(AT_FDCWD, path, 0, STATX_UID, &found) == 0 ? found.stx_uid : null;
    }

    /// <summary>Null for <c>max</c> and for a missing file.</summary>
    private static long? Number(string path) =>
        FactFinder.Line(path) is { } text && DecimalText.TryRead(text, long.MaxValue, out var number) ? (long)number : null;

    /// <summary><c>150000 100000</c>: the quota in each period, both in microseconds.</summary>
    private static double? Cores(string? text) =>
        text?.Split(' ') is [var quota, var period] && DecimalText.TryRead(quota, long.MaxValue, out var used)
        && DecimalText.TryRead(period, long.MaxValue, out var whole) && whole > 0 ? (double)used / whole : null;
}
