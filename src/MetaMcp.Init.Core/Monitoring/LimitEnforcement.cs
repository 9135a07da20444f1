using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
internal sealed class LimitEnforcement(
    Response response, ServiceTable services, Phases phases, LimitWatch limits, UsageReadings readings, LimitEnding ending,
    PressureRelief relief)
{
    public void Look()
    {
        limits.Looked(response.Now);
        response.Add(new Effect.Sample(ending.AllRuns(), Closely: false));
    }

    /// <summary>A close look takes its time. The memory that it shows of runs that have ended meanwhile has been given back.</summary>
    public void Sampled(SystemEvent.Sampled sampled)
    {
        if (phases.IsEnding)
            return;
        ImmutableArray<RunUsage> usages = [.. sampled.Usages.Where(u => ending.Find(u.Run) is not null)];
        if (!sampled.Closely &&
            limits.Near(usages, run => ending.Find(run)!.Value.Limits, response.Now, relief.IsPending) is { IsEmpty: false } near)
            response.Add(new Effect.Sample(near, Closely: true));
        var isOfAll = limits.IsOfAll(sampled.Closely);
        foreach (var usage in usages)
            if (ending.Find(usage.Run) is { IsEndable: true } run && limits.Breach(run.Limits, usage, sampled.Closely) is { } reason)
                ending.End(usage.Run, reason);
        foreach (var usage in usages)
            if (ending.Find(usage.Run) is { IsEndable: true, Limits: var own })
                Weigh(usage, own, sampled.Closely);
        if (isOfAll)
            WeighAll(usages, sampled.Closely);
        if (limits.BreachOfAll(usages, sampled.Closely) is { } breach && !ending.IsMemoryReturning() &&
            First(usages, breach.IsMemory) is { } first)
            ending.End(first.Run, $"{(first.IsIdle ? CorrectiveOrder.WhyFirst(first, response.Now) : "the largest")}, {breach.Reason}");
        if (limits.IsMemoryWatched && services.Plan.Settings.Limits.Memory is { } cap)
            Relieve(usages, cap, sampled.Closely, isOfAll);
    }

    /// <summary>A rough look never shows less memory than is used: if its figure is below a threshold, so is the use.</summary>
    private void Weigh(RunUsage usage, CgroupLimits own, bool closely)
    {
        if (!usage.IsEstimate && own.MemoryMax is { } cap &&
            (closely || UsageThresholds.PercentOf(usage.Memory, cap) < services.Plan.Settings.Limits.MemoryWarning))
            readings.Weigh(usage.Run, usage.Memory, isRough: !closely);
        if (limits.CountsTasks)
            readings.WeighTasks(usage.Run, usage.Tasks);
    }

    private void WeighAll(ImmutableArray<RunUsage> usages, bool closely)
    {
        var used = usages.Sum(u => u.Memory);
        if (limits.IsMemoryWatched && services.Plan.Settings.Limits is { Memory: { } cap } all && !usages.Any(u => u.IsEstimate) &&
            (closely || UsageThresholds.PercentOf(used, cap) < all.MemoryWarning))
            readings.WeighAll(used);
        if (limits.CountsTasks)
            readings.WeighTasksOfAll(usages.Sum(u => u.Tasks));
    }

    /// <summary>
    /// All together are critical before they are over their cap. Only a close look tells that; a rough one can only tell that they are not.
    /// </summary>
    private void Relieve(ImmutableArray<RunUsage> usages, ByteSize cap, bool closely, bool isOfAll)
    {
        var used = usages.Sum(u => u.Memory);
        if ((closely ? isOfAll : relief.IsBelow(used, cap)) &&
            relief.Weigh(PressureScope.Workload, used, cap, isEstimate: usages.Any(u => u.IsEstimate)))
            relief.Act(PressureScope.Workload, used, cap, usages);
    }

    /// <summary>
    /// The run that is ended first; for memory, all together are at their cap, so that nothing is left in reserve. For tasks the same order
    /// goes by their number, and idleness does not count: an idle server may have few.
    /// </summary>
    private Candidate? First(ImmutableArray<RunUsage> usages, bool byMemory)
    {
        var candidates = ending.Candidates(usages, byMemory);
        if (!byMemory)
            candidates = candidates.ConvertAll(c => c with { IdleSince = Instant.Never });
        return CorrectiveOrder.Of(candidates, isLastReserve: true) is [var first, ..] ? first : null;
    }
}
