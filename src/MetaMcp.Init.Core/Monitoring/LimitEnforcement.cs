using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
internal sealed class LimitEnforcement(
    Response response, ServiceTable services, Phases phases, LimitWatch limits, MemoryReadings readings, ServiceDriver driver)
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
        response.Add(
            new Effect.Sample(
                [.. services.States.Where(StatePredicates.IsActive).Select(s => StatePredicates.RunOf(s)!.Value)], Closely: false));
    }

    /// <summary>A close look takes its time. The memory that it shows of runs that have ended meanwhile has been given back.</summary>
    public void Sampled(SystemEvent.Sampled sampled)
    {
        if (phases.IsEnding)
            return;
        ImmutableArray<RunUsage> usages = [.. sampled.Usages.Where(u => services.OwnerOf(u.Run) is not null)];
        if (!sampled.Closely && limits.Near(usages, OwnerOf, response.Now) is { IsEmpty: false } near)
            response.Add(new Effect.Sample(near, Closely: true));
        foreach (var usage in usages)
            if (IsEndable(OwnerOf(usage.Run)) && limits.Breach(OwnerOf(usage.Run), usage, sampled.Closely) is { } reason)
                EndForLimit(OwnerOf(usage.Run), usage.Run, reason);
        // A rough look never shows less than is used: if its figure is below a threshold, so is the use.
        foreach (var usage in usages)
            if (!usage.IsEstimate && IsEndable(OwnerOf(usage.Run)) &&
                (sampled.Closely ||
                    MemoryThresholds.PercentOf(usage.Memory, services.SettingsOf(OwnerOf(usage.Run)).Limits.MemoryMax ?? default) <
                    services.Plan.Settings.Limits.MemoryWarning))
                readings.Weigh(OwnerOf(usage.Run), usage.Memory, isRough: !sampled.Closely);
        if (limits.BreachOfAll(usages, sampled.Closely) is not { } breach || IsMemoryReturning())
            return;
        if (Largest(usages, breach.IsMemory) is { } largest)
            EndForLimit(OwnerOf(largest.Run), largest.Run, breach.Reason);
    }

    private void EndForLimit(int service, long run, string reason)
    {
        limits.Ended[run] = response.Now;
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
            if (response.Now - at < LongestReturn && services.OwnerOf(run) is { } service &&
                services.RunStateOf(service) is not
                    (RunState.Killing { Kills: > MostKillsOfReturning } or RunState.OthersKilling { Kills: > MostKillsOfReturning }))
                return true;
        return false;
    }

    /// <summary>The run that uses most. A required service is chosen only if there is no other.</summary>
    private RunUsage? Largest(ImmutableArray<RunUsage> usages, bool byMemory)
    {
        RunUsage? largest = null;
        foreach (var usage in usages)
        {
            if (!IsEndable(OwnerOf(usage.Run)))
                continue;
            if (largest is null || Rank(usage).CompareTo(Rank(largest)) > 0)
                largest = usage;
        }
        return largest;

        (bool IsOptional, long Size) Rank(RunUsage usage) =>
            (!services.Plan.Services[OwnerOf(usage.Run)].Settings.Required, byMemory ? usage.Memory : usage.Tasks);
    }

    private bool IsEndable(int service) => LimitWatch.IsEndable(services.States[service]);

    /// <summary>The service that owns a run that is not over.</summary>
    private int OwnerOf(long run) => services.OwnerOf(run)!.Value;
}
