using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Supervision;

namespace MetaMcp.Init.Kernel;

/// <summary>Compares what is entered with what the kernel has: what is not there any more, and what is there and belongs to nobody.</summary>
internal sealed class Comparison(RunTable runs, StrangerSearch search, ChildCollector collector, Action<SystemEvent> tell)
{
    public void Sweep(IReadOnlyList<int> pids, IReadOnlyList<Stranger> known, bool strangers)
    {
        runs.Expire();
        var gone = new List<int>();
        foreach (var pid in pids)
        {
            // It may have been collected a moment ago, and its end be on its way to who asks.
            if (!runs.IsKnown(pid) || Reaper.IsChild(pid))
                continue;
            gone.Add(pid);
            collector.Missed(pid);
        }
        var emptied = runs.TakeEmpty(tell);
        var vanished = new List<Stranger>();
        foreach (var stranger in known)
            if (StrangerSearch.HasEnded(stranger))
                vanished.Add(stranger);
        tell(new SystemEvent.Swept(gone, strangers ? search.Find() : [], vanished, emptied));
    }

    /// <summary>At each beat of the probe of a run: whether its main process is there at all, and what it holds.</summary>
    public void LookAt(ServiceRun run)
    {
        if (runs.IsMain(run.Pid) && !Reaper.IsChild(run.Pid))
            Sweep([run.Pid], [], strangers: false);
        else if (run.Cgroup is { Memory: { } memory } cgroup)
            tell(new SystemEvent.MemoryRead(run.Service, run.Number, memory, cgroup.MemoryOfAll));
    }
}
