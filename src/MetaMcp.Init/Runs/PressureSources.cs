using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Cgroups;

namespace MetaMcp.Init.Runs;

/// <summary>The cgroups whose memory may become short.</summary>
/// <param name="Workload">The cgroup of all runs; null if the kernel does not count their memory.</param>
/// <param name="Container">Null if the container has no limit of its own.</param>
internal sealed record PressureSources(string? Workload, ContainerMemory? Container)
{
    public static PressureSources None { get; } = new(null, null);

    public static PressureSources Of(CgroupTree? tree, ContainerMemory? container) =>
        new(tree?.Controllers.HasFlag(Controllers.Memory) == true ? tree.Workload : null, container);
}
