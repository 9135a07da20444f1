using System.Collections.Immutable;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Runs;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>Adds to a row what the kernel's side alone knows: the version, our pid, and the cgroups, for the clients' figures.</summary>
internal sealed class RowCompletion(RunTable runs, CgroupTree? tree, string version)
{
    private readonly ImmutableArray<string> _controllers = Names(tree?.Controllers ?? Controllers.None);

    public StatusRow Complete(StatusRow row) => row switch
    {
        SystemRow system => system with { Version = version, Pid = getpid(), Controllers = _controllers, Cgroup = tree?.Workload },
        ServiceRow { Run: > 0 } service => service with { Cgroup = runs.Find(service.Run)?.Cgroup?.Directory },
        InstanceRow { Run: > 0 } instance => instance with { Cgroup = runs.Find(instance.Run)?.Cgroup?.Directory },
        _ => row,
    };

    private static ImmutableArray<string> Names(Controllers controllers)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        if (controllers.HasFlag(Controllers.Memory))
            names.Add("memory");
        if (controllers.HasFlag(Controllers.Tasks))
            names.Add("tasks");
        if (controllers.HasFlag(Controllers.Cpu))
            names.Add("cpu");
        return names.DrainToImmutable();
    }
}
