using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Launching;

/// <summary>What is compared with the kernel, and what is made anew from the states after memory has ended.</summary>
internal sealed class PoolRepair(Response response, Registry registry, InstanceTable instances)
{
    /// <summary>The beliefs about the runs of launches, for a comparison with the kernel.</summary>
    public void AddBeliefs(List<RunBelief> beliefs)
    {
        foreach (var instance in instances.All)
            if (instance.State is InstanceState.Placed placed)
                beliefs.Add(new RunBelief(placed.Run, RunStage.Asked, 0));
            else if (instance.Run is { } run && RunBeliefs.Of(run) is { } belief)
                beliefs.Add(belief);
    }

    /// <summary>Enters runs whose entry was lost, and removes entries of runs that are over.</summary>
    public void EnterAnew()
    {
        List<Entry>? stale = null;
        foreach (var entry in registry.Entries)
            if (entry is { Kind: EntryKind.Run, Owner: RunOwner.Launch } && instances.OfRun(entry.Sequence) is null)
                (stale ??= []).Add(entry);
        foreach (var entry in stale ?? [])
            registry.Remove(entry);
        foreach (var instance in instances.All)
        {
            if (instance.RunNumber is not (> 0 and var run))
                continue;
            var entry = registry.Find(run) ??
                registry.Restore(run, instance.Server.Name, new RunOwner.Launch(instance.Id), response.Now);
            if (instance.Run is { } state && RunPredicates.MainOf(state) is { } main && entry.Pid != main)
                registry.Started(entry, main);
        }
    }
}
