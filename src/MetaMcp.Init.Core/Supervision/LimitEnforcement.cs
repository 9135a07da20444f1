using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
internal sealed class LimitEnforcement(
    Response response, ServiceTable services, Phases phases, LimitWatch limits, MemoryReadings readings, ServiceDriver driver)
{
    /// <summary>A run that was ended for a limit holds the cap of all up no longer than this, however long its stop_timeout is.</summary>
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    /// <summary>What has outlived so many SIGKILL, which takes three seconds, gives nothing back.</summary>
    private const int MostKillsOfReturning = 2;

    public void Look()
    {
        limits.Looked(response.Now);
        response.Effects.Add(
            new Effect.Sample(
                [.. services.States.Where(StatePredicates.IsActive).Select(s => StatePredicates.RunOf(s)!.Value)], Closely: false));
    }

    /// <summary>A close look takes its time: what it shows of runs that are gone meanwhile has been given back.</summary>
    public void Sampled(SystemEvent.Sampled sampled)
    {
        if (phases.IsEnding)
            return;
        var owners = ServicesByRun();
        ImmutableArray<RunUsage> usages = [.. sampled.Usages.Where(u => owners.ContainsKey(u.Run))];
        if (!sampled.Closely && limits.Near(usages, owners, response.Now) is { IsEmpty: false } near)
            response.Effects.Add(new Effect.Sample(near, Closely: true));
        foreach (var usage in usages)
            if (IsEndable(owners[usage.Run]) && limits.Breach(owners[usage.Run], usage, sampled.Closely) is { } reason)
                EndForLimit(owners[usage.Run], usage.Run, reason);
        // A rough look shows no less than there is: what it shows below a threshold is below it.
        foreach (var usage in usages)
            if (!usage.IsEstimate && IsEndable(owners[usage.Run]) &&
                (sampled.Closely ||
                    MemoryThresholds.PercentOf(usage.Memory, services.SettingsOf(owners[usage.Run]).Limits.MemoryMax ?? default) <
                    services.Plan.Settings.Limits.MemoryWarning))
                readings.Weigh(owners[usage.Run], usage.Memory);
        if (limits.BreachOfAll(usages, sampled.Closely) is not { } breach || IsMemoryReturning(owners))
            return;
        if (Largest(usages, owners, breach.IsMemory) is { } largest)
            EndForLimit(owners[largest.Run], largest.Run, breach.Reason);
    }

    private void EndForLimit(int service, long run, string reason)
    {
        limits.Ended[run] = response.Now;
        response.Tell(new Notice.OverLimit(services.Plan.Services[service].Name, reason));
        driver.Current(run, new RunEvent.OverLimit(reason));
    }

    /// <summary>
    /// Whether the memory of a run that was ended is on its way back: then nobody else need be ended for it. What sleeps in the
    /// kernel and takes no SIGKILL keeps its memory, and must not switch the cap off for all others.
    /// </summary>
    private bool IsMemoryReturning(Dictionary<long, int> owners)
    {
        foreach (var (run, at) in limits.Ended)
            if (response.Now - at < LongestReturn && owners.TryGetValue(run, out var service) &&
                services.RunStateOf(service) is not
                    (RunState.Killing { Kills: > MostKillsOfReturning } or RunState.OthersKilling { Kills: > MostKillsOfReturning }))
                return true;
        return false;
    }

    /// <summary>A required one only where nothing else is left.</summary>
    private RunUsage? Largest(ImmutableArray<RunUsage> usages, Dictionary<long, int> owners, bool byMemory)
    {
        RunUsage? largest = null;
        foreach (var usage in usages)
        {
            if (!IsEndable(owners[usage.Run]))
                continue;
            if (largest is null || Rank(usage).CompareTo(Rank(largest)) > 0)
                largest = usage;
        }
        return largest;

        (bool IsOptional, long Size) Rank(RunUsage usage) =>
            (!services.Plan.Services[owners[usage.Run]].Settings.Required, byMemory ? usage.Memory : usage.Tasks);
    }

    private bool IsEndable(int service) => LimitWatch.IsEndable(services.States[service]);

    /// <summary>Whose each run is of which something may be left.</summary>
    private Dictionary<long, int> ServicesByRun()
    {
        var owners = new Dictionary<long, int>();
        for (var service = 0; service < services.States.Length; service++)
            if (StatePredicates.RunOf(services.States[service]) is { } run)
                owners[run] = service;
        return owners;
    }
}
