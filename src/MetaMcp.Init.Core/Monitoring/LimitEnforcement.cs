using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
internal sealed class LimitEnforcement(
    Response response, ServiceTable services, Phases phases, Pool pool, LimitWatch limits, MemoryReadings readings, ServiceDriver driver)
{
    /// <summary>
    /// The longest time for which a run that was ended for a limit delays the next end for the cap of all services, however long its
    /// stop_timeout is.
    /// </summary>
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    /// <summary>A run that has outlived this many SIGKILL, which takes three seconds, is not expected to give its memory back.</summary>
    private const int MostKillsOfReturning = 2;

    public void Look()
    {
        limits.Looked(response.Now);
        var runs = new List<long>();
        foreach (var state in services.States)
            if (StatePredicates.IsActive(state))
                runs.Add(StatePredicates.RunOf(state)!.Value);
        pool.AddRuns(runs);
        response.Add(new Effect.Sample([.. runs], Closely: false));
    }

    /// <summary>A close look takes its time. The memory that it shows of runs that have ended meanwhile has been given back.</summary>
    public void Sampled(SystemEvent.Sampled sampled)
    {
        if (phases.IsEnding)
            return;
        ImmutableArray<RunUsage> usages = [.. sampled.Usages.Where(u => Find(u.Run) is not null)];
        if (!sampled.Closely && limits.Near(usages, run => Find(run)!.Value.Limits, response.Now) is { IsEmpty: false } near)
            response.Add(new Effect.Sample(near, Closely: true));
        foreach (var usage in usages)
            if (Find(usage.Run) is { IsEndable: true } run && limits.Breach(run.Limits, usage, sampled.Closely) is { } reason)
                EndForLimit(usage.Run, reason);
        // A rough look never shows less than is used: if its figure is below a threshold, so is the use.
        foreach (var usage in usages)
            if (!usage.IsEstimate && services.OwnerOf(usage.Run) is { } service && LimitWatch.IsEndable(services.States[service]) &&
                (sampled.Closely ||
                    MemoryThresholds.PercentOf(usage.Memory, services.SettingsOf(service).Limits.MemoryMax ?? default) <
                    services.Plan.Settings.Limits.MemoryWarning))
                readings.Weigh(service, usage.Memory, isRough: !sampled.Closely);
        if (limits.BreachOfAll(usages, sampled.Closely) is not { } breach || IsMemoryReturning())
            return;
        if (Largest(usages, breach.IsMemory) is { } largest)
            EndForLimit(largest.Run, breach.Reason);
    }

    /// <summary>The limits of a run, and whether it can be ended for them; null if it is over.</summary>
    private (CgroupLimits Limits, bool IsEndable)? Find(long run) => services.OwnerOf(run) is { } service
        ? (services.Plan.Services[service].Settings.Limits, LimitWatch.IsEndable(services.States[service]))
        : pool.LimitsOf(run);

    private void EndForLimit(long run, string reason)
    {
        limits.Ended[run] = response.Now;
        if (services.OwnerOf(run) is not { } service)
        {
            pool.OverLimit(run, reason);
            return;
        }
        response.Tell(Notices.ServiceOverLimit.Of(services.NameOf(service), reason), run);
        driver.Current(run, new RunEvent.OverLimit(reason));
    }

    /// <summary>
    /// Whether a run that was ended is still giving its memory back: then no other run has to be ended for it. A process that sleeps in
    /// the kernel and does not end by SIGKILL keeps its memory, and must not switch the cap off for all other runs.
    /// </summary>
    private bool IsMemoryReturning()
    {
        foreach (var (run, at) in limits.Ended)
            if (response.Now - at < LongestReturn && StateOf(run) is { } state &&
                state is not
                    (RunState.Killing { Kills: > MostKillsOfReturning } or RunState.OthersKilling { Kills: > MostKillsOfReturning }))
                return true;
        return false;
    }

    private RunState? StateOf(long run) => services.OwnerOf(run) is { } service ? services.RunStateOf(service) : pool.StateOf(run);

    /// <summary>The run that uses most. A required service is chosen only if there is no other.</summary>
    private RunUsage? Largest(ImmutableArray<RunUsage> usages, bool byMemory)
    {
        RunUsage? largest = null;
        foreach (var usage in usages)
        {
            if (Find(usage.Run) is not { IsEndable: true })
                continue;
            if (largest is null || Rank(usage).CompareTo(Rank(largest)) > 0)
                largest = usage;
        }
        return largest;

        // A launched server goes before any service, an optional service before a required one.
        (int Order, long Size) Rank(RunUsage usage) => (
            services.OwnerOf(usage.Run) is not { } service ? 2 : services.Plan.Services[service].Settings.Required ? 0 : 1,
            byMemory ? usage.Memory : usage.Tasks);
    }
}
