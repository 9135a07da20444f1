using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

public enum CgroupVersion
{
    /// <summary>No cgroup file system is mounted, or it is not known.</summary>
    None,

    /// <summary>Version 1 only.</summary>
    V1,

    /// <summary>Version 1 has the controllers, version 2 is mounted beside it.</summary>
    Hybrid,

    V2,
}

/// <summary>The control group we would divide among services (Documentation/admin-guide/cgroup-v2.rst).</summary>
public sealed record CgroupFacts
{
    public CgroupVersion Version { get; init; } = CgroupVersion.V2;

    /// <summary>Where version 2 is mounted.</summary>
    public string? Mount { get; init; }

    /// <summary>The mount's own flag; the file system's is the host's.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether the cgroup namespace is another than the machine's first.</summary>
    public bool? HasOwnNamespace { get; init; }

    /// <summary>Our directory; null where the mount does not show it.</summary>
    public string? Directory { get; init; }

    /// <summary>What is said of a directory that could not be found.</summary>
    public string? Problem { get; init; }

    /// <summary><c>cgroup.type</c>; null where there is no such file: the machine's root.</summary>
    public string? Type { get; init; }

    /// <summary>What writing to the directory, cgroup.procs and cgroup.subtree_control would be answered.</summary>
    public Errno Access { get; init; }

    public uint? Owner { get; init; }

    /// <summary>A process of another PID namespace is in it: a 0 in cgroup.procs, which nobody here can move.</summary>
    public bool HasForeignProcess { get; init; }

    /// <summary><c>cgroup.controllers</c></summary>
    public ImmutableArray<string> Controllers { get; init; } = [];

    /// <summary>The container's own limits; null is none.</summary>
    public ByteSize? MemoryMax { get; init; }
    public long? PidsMax { get; init; }

    /// <summary><c>cpu.max</c> in cores.</summary>
    public double? CpuMax { get; init; }

    /// <summary>memory.swap.max is there; the machine's root never has it.</summary>
    public bool HasSwapMax { get; init; }

    /// <summary>cgroup.kill is there (Linux 5.14).</summary>
    public bool HasKill { get; init; }

    /// <summary>How many processes the kernel has killed here for want of memory.</summary>
    public long OomKills { get; init; }
}
