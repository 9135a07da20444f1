using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>All metrics, in the order of the text: names, types, labels and words have no other place.</summary>
public static class MetricFamilies
{
    public static readonly ImmutableArray<MetricFamily> All =
    [
        SystemFamilies.BuildInfo, SystemFamilies.StartTime, SystemFamilies.Phase, SystemFamilies.Degraded, SystemFamilies.LimitsEnforced,
        SystemFamilies.ReloadSuccessful, SystemFamilies.ReloadTime, SystemFamilies.StartupDuration,
        ServiceFamilies.ServiceInfo, ServiceFamilies.State, ServiceFamilies.IsReady, ServiceFamilies.StartTime, ServiceFamilies.Starts,
        ServiceFamilies.Restarts, ServiceFamilies.Exits, ServiceFamilies.LastExitCode, ServiceFamilies.OomKills, ServiceFamilies.Circuit,
        ServiceFamilies.ProbeSuccess, ServiceFamilies.ProbeDuration, ServiceFamilies.Probes,
        UsageFamilies.WorkingSet, UsageFamilies.Memory, UsageFamilies.Peak, UsageFamilies.MemoryLimit, UsageFamilies.Swap,
        SystemFamilies.WorkloadMemory, SystemFamilies.WorkloadMemoryLimit, SystemFamilies.ContainerMemoryLimit,
        SystemFamilies.DiskSize, SystemFamilies.DiskAvailable,
        UsageFamilies.Cpu, UsageFamilies.Throttled, UsageFamilies.CpuLimit, UsageFamilies.Processes, UsageFamilies.Tasks,
        UsageFamilies.TasksLimit, UsageFamilies.OpenFiles, UsageFamilies.Waiting, UsageFamilies.Stalled,
        SystemFamilies.Cleanups, SystemFamilies.CleanupDuration, SystemFamilies.OrphansEnded, SystemFamilies.Reaped, SystemFamilies.Repairs,
        SystemFamilies.LimitBreaches, SystemFamilies.CorrectiveActions, SystemFamilies.Alerts, SystemFamilies.AlertActive,
        ServiceFamilies.LogLines, ServiceFamilies.LogDropped,
        ServiceFamilies.Launches, ServiceFamilies.Instances, ServiceFamilies.InstancesLimit, ServiceFamilies.ServerEnds,
        SystemFamilies.InitMemory, SystemFamilies.InitCpu,
    ];

    /// <summary>The metric of that name, without its prefix; null if there is none.</summary>
    public static MetricFamily? Find(string name)
    {
        foreach (var family in All)
            if (family.Name == name)
                return family;
        return null;
    }
}
