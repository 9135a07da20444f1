using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Learns from memory.events that the kernel has killed for memory. The file also changes each time a limit (memory.high, memory.max)
/// is reached, a hundred times a second for a service whose files fill its cap. So after a change that was no kill, the file is not
/// watched for a second.
/// </summary>
internal sealed class MemoryWatch(DescriptorWatch watch, Action<SystemEvent> tell)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private readonly Dictionary<ServiceRun, Instant> _resting = [];

    /// <summary>When <see cref="Resume"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    public void Start(ServiceRun run)
    {
        if (run.Cgroup is { MemoryEvents: >= 0 } cgroup)
            watch.Add(cgroup.MemoryEvents, Source.MemoryEvents, () => Woke(run), EPOLLPRI);
    }

    /// <summary>Reports the counts of a run, if they have changed since its start.</summary>
    public void Report(ServiceRun run)
    {
        if (run.Cgroup is { } cgroup && cgroup.Now is var now && now != cgroup.AtStart)
            tell(new SystemEvent.OutOfMemory(run.Number, cgroup.AtStart, now, cgroup.Peak));
    }

    /// <summary>Watches again the runs whose pause is over, and reports the changes meanwhile.</summary>
    public void Resume(Instant now)
    {
        if (now < Due)
            return;
        Due = Instant.Never;
        foreach (var (run, until) in _resting)
        {
            if (until > now)
            {
                Due = Instant.Earlier(Due, until);
                continue;
            }
            // .NET Core 3.0 and later allow to remove during the enumeration. The cgroup may be gone by now.
            _resting.Remove(run);
            if (run.Cgroup is not { MemoryEvents: >= 0 })
                continue;
            Report(run);
            Start(run);
        }
    }

    private void Woke(ServiceRun run)
    {
        if (run.Cgroup is not { } cgroup)
            return;
        var killed = cgroup.KillsSeen;
        Report(run);
        if (cgroup.KillsSeen != killed)
            return;
        var until = Time.MonotonicClock.Now + Rest;
        _resting[run] = until;
        watch.Remove(cgroup.MemoryEvents);
        Due = Instant.Earlier(Due, until);
    }
}
