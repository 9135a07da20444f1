using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Runs;

/// <summary>The memory and tasks of runs. A run that is gone, or whose processes cannot be seen, is left out.</summary>
internal static class RunMeasure
{
    public static ImmutableArray<RunUsage> Roughly(RunTable table, IReadOnlyList<long> runs)
    {
        var usages = ImmutableArray.CreateBuilder<RunUsage>(runs.Count);
        foreach (var (run, members) in table.Members(runs))
        {
            var sum = new UsageSum();
            foreach (var process in members)
                sum.AddRoughly(process);
            if (members.Count > 0)
                usages.Add(new RunUsage(run, sum.Memory, sum.Tasks));
        }
        return usages.DrainToImmutable();
    }

    /// <summary>Estimates, and the processes whose PSS a child is to read.</summary>
    public static (ImmutableArray<RunUsage> Usages, IReadOnlyList<int[]> Members) Closely(RunTable table, IReadOnlyList<long> runs)
    {
        var usages = ImmutableArray.CreateBuilder<RunUsage>(runs.Count);
        var pids = new List<int[]>(runs.Count);
        foreach (var (run, members) in table.Members(runs))
        {
            var sum = new UsageSum();
            foreach (var process in members)
                sum.AddEstimate(process);
            if (members.Count == 0)
                continue;
            usages.Add(new RunUsage(run, sum.Memory, sum.Tasks, IsEstimate: true));
            pids.Add([.. members.Select(m => m.Pid)]);
        }
        return (usages.DrainToImmutable(), pids);
    }
}
