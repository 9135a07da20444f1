using System.Collections.Immutable;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>Sees that memory becomes short: the wire of the workload; the figures of the workload, the container and each run.</summary>
/// <param name="sources">The cgroups whose memory is read.</param>
/// <param name="runs">All runs.</param>
/// <param name="watch">Waits for the wire.</param>
/// <param name="tell">Takes the answers.</param>
internal sealed class PressureGauge(
    PressureSources sources, RunTable runs, DescriptorWatch watch, Action<SystemEvent> tell)
{
    private readonly MemoryWire? _wire = sources.Workload is { } workload ? new MemoryWire(workload) : null;

    public void SetWire(long? bytes)
    {
        Clear();
        if (bytes is not { } at)
            return;
        if (_wire?.Set(at) == true)
            watch.Add(_wire.Events, Source.MemoryWire, Tripped, EPOLLPRI);
        else
            tell(SystemEvent.PressureWireTripped.Instance);
    }

    public void Read(Effect.ReadPressure read) => tell(new SystemEvent.PressureRead(
        sources.Workload is { } workload ? WorkingSet.FiguresOf(workload, null) : null, sources.Container?.Read(),
        read.Runs is { } wanted ? UsagesOf(wanted) : null));

    /// <summary>
    /// Whatever count has changed, the wire is taken away and the figures are looked at: so a file that changes a hundred times a second
    /// wakes PID 1 once.
    /// </summary>
    private void Tripped()
    {
        Clear();
        tell(SystemEvent.PressureWireTripped.Instance);
    }

    private void Clear()
    {
        if (_wire is not { Events: >= 0 } wire)
            return;
        watch.Remove(wire.Events);
        wire.Clear();
    }

    /// <summary>A run without a cgroup is measured by its processes: that is enough to see which is the largest.</summary>
    private ImmutableArray<RunUsage> UsagesOf(ImmutableArray<long> wanted)
    {
        var usages = ImmutableArray.CreateBuilder<RunUsage>(wanted.Length);
        var others = new List<long>();
        foreach (var number in wanted)
        {
            if (runs.Find(number)?.Cgroup is { Memory: { } memory })
                usages.Add(new RunUsage(number, memory, 0));
            else
                others.Add(number);
        }
        if (others.Count > 0)
            usages.AddRange(RunMeasure.Roughly(runs, others));
        return usages.ToImmutable();
    }
}
