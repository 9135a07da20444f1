using MetaMcp.Init.Core.Cgroups;
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
public sealed record CgroupFacts : Case
{
    public CgroupVersion Version { get; init; } = CgroupVersion.V2;

    /// <summary>Whether it is ours, by the same judgement as at a start.</summary>
    public CgroupAccess Access { get; init; } = new(null, CgroupObstacle.NotMounted);

    /// <summary>Whether the cgroup namespace is another than the machine's first.</summary>
    public bool? HasOwnNamespace { get; init; }

    /// <summary><c>cgroup.type</c>; null if there is no such file, as in the machine's root cgroup.</summary>
    public string? Type { get; init; }

    /// <summary>The uid of the directory.</summary>
    public uint? Owner { get; init; }

    /// <summary><c>cgroup.controllers</c></summary>
    public string[] Controllers { get; init; } = [];

    /// <summary>The container's own limits; null is none.</summary>
    public ByteSize? MemoryMax { get; init; }
    public long? PidsMax { get; init; }

    /// <summary><c>cpu.max</c> in cores.</summary>
    public double? CpuMax { get; init; }

    /// <summary>memory.swap.max is there; the machine's root never has it.</summary>
    public bool HasSwapMax { get; init; }

    /// <summary>cgroup.kill is there (Linux 5.14; not in the machine's root).</summary>
    public bool HasKill { get; init; }

    /// <summary>How many processes the kernel has killed here for want of memory.</summary>
    public long OomKills { get; init; }

    // As with Facts.
    public bool Equals(CgroupFacts? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 0;

    public bool Offers(string controller) => Array.IndexOf(Controllers, controller) >= 0;

    /// <summary>The wanted controllers that are not among <see cref="Controllers"/>.</summary>
    internal Controllers Lacks(Controllers wanted)
    {
        var lacking = Cgroups.Controllers.None;
        foreach (var (controller, name) in ControllerNames.All)
            if (wanted.HasFlag(controller) && !Offers(name))
                lacking |= controller;
        return lacking;
    }

    public string? Directory => Access.Directory;

    /// <summary>There is a group of version 2 to look at, whether or not it is ours to divide.</summary>
    internal bool IsVisible => Version == CgroupVersion.V2 && Directory is not null;
}
