using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Hears from memory.events that the kernel has killed. It tells of every brush with memory.high or memory.max as well, a hundred
/// times a second of a service whose files fill its cap: after a word that was none of a kill the next is heard a second later.
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

    /// <summary>Tells what the counts of a run are, where they have moved since its start.</summary>
    public void Report(ServiceRun run)
    {
        if (run.Cgroup is { } cgroup && cgroup.Now is var now && now != cgroup.AtStart)
            tell(new SystemEvent.OutOfMemory(run.Number, cgroup.AtStart, now, cgroup.Peak));
    }

    /// <summary>Listens again to those that have rested, and reads what they said meanwhile.</summary>
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
            // Removing during the enumeration is allowed since .NET Core 3.0. Its cgroup may be gone.
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
