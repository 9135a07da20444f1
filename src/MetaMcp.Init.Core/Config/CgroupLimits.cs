using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The limits of the service's cgroup. Null leaves the kernel's default.</summary>
public sealed record CgroupLimits
{
    public ByteSize? MemoryMax { get; init; }
    public ByteSize? MemoryHigh { get; init; }
    public ByteSize SwapMax { get; init; } = new(0);
    public int? TasksMax { get; init; }

    /// <summary>In cores: 1.5 is a core and a half.</summary>
    public double? CpuMax { get; init; }

    /// <summary>1 to 10000 (cgroup-v2.rst, cpu.weight).</summary>
    public int? CpuWeight { get; init; }

    public bool OomGroup { get; init; } = true;
}
