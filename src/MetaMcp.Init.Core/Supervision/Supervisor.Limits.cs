using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
public sealed partial class Supervisor
{
    private readonly Controllers _sampled;
    private LimitWatch _limits;

    /// <summary>A run that was ended for a limit holds the cap of all up no longer than this, however long its stop_timeout is.</summary>
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    /// <summary>What has outlived so many SIGKILL, which takes three seconds, gives nothing back.</summary>
    private const int MostKillsOfReturning = 2;

    /// <summary>The runs that were ended for a limit and are still there, and when they were.</summary>
    private readonly Dictionary<long, Instant> _ended = [];

    private void Look()
    {
        _limits.Looked(_now);
        _effects.Add(
            new Effect.Sample([.. _states.Where(StatePredicates.IsActive).Select(s => StatePredicates.RunOf(s)!.Value)], Closely: false));
    }

    /// <summary>A close look takes its time: what it shows of runs that are gone meanwhile has been given back.</summary>
    private void Sampled(SystemEvent.Sampled sampled)
    {
        if (IsEnding)
            return;
        var services = ServicesByRun();
        ImmutableArray<RunUsage> usages = [.. sampled.Usages.Where(u => services.ContainsKey(u.Run))];
        if (!sampled.Closely && _limits.Near(usages, services, _now) is { IsEmpty: false } near)
            _effects.Add(new Effect.Sample(near, Closely: true));
        foreach (var usage in usages)
            if (IsEndable(services[usage.Run]) && _limits.Breach(services[usage.Run], usage, sampled.Closely) is { } reason)
                EndForLimit(services[usage.Run], usage.Run, reason);
        // A rough look shows no less than there is: what it shows below a threshold is below it.
        foreach (var usage in usages)
            if (!usage.IsEstimate && IsEndable(services[usage.Run]) &&
                (sampled.Closely ||
                    MemoryThresholds.PercentOf(usage.Memory, SettingsOf(services[usage.Run]).Limits.MemoryMax ?? default) <
                    _plan.Settings.Limits.MemoryWarning))
                Weigh(services[usage.Run], usage.Memory);
        if (_limits.BreachOfAll(usages, sampled.Closely) is not { } breach || IsMemoryReturning(services))
            return;
        if (Largest(usages, services, breach.IsMemory) is { } largest)
            EndForLimit(services[largest.Run], largest.Run, breach.Reason);
    }

    private void EndForLimit(int service, long run, string reason)
    {
        _ended[run] = _now;
        Tell(new Notice.OverLimit(_plan.Services[service].Name, reason));
        Current(run, new RunEvent.OverLimit(reason));
    }

    /// <summary>
    /// Whether the memory of a run that was ended is on its way back: then nobody else need be ended for it. What sleeps in the
    /// kernel and takes no SIGKILL keeps its memory, and must not switch the cap off for all others.
    /// </summary>
    private bool IsMemoryReturning(Dictionary<long, int> services)
    {
        foreach (var (run, at) in _ended)
            if (_now - at < LongestReturn && services.TryGetValue(run, out var service) &&
                StatePredicates.RunStateOf(_states[service]) is not
                    (RunState.Killing { Kills: > MostKillsOfReturning } or RunState.OthersKilling { Kills: > MostKillsOfReturning }))
                return true;
        return false;
    }

    /// <summary>A required one only where nothing else is left.</summary>
    private RunUsage? Largest(ImmutableArray<RunUsage> usages, Dictionary<long, int> services, bool byMemory)
    {
        RunUsage? largest = null;
        foreach (var usage in usages)
        {
            if (!IsEndable(services[usage.Run]))
                continue;
            if (largest is null || Rank(usage).CompareTo(Rank(largest)) > 0)
                largest = usage;
        }
        return largest;

        (bool IsOptional, long Size) Rank(RunUsage usage) =>
            (!_plan.Services[services[usage.Run]].Settings.Required, byMemory ? usage.Memory : usage.Tasks);
    }

    private bool IsEndable(int service) => LimitWatch.IsEndable(_states[service]);

    /// <summary>Whose each run is of which something may be left.</summary>
    private Dictionary<long, int> ServicesByRun()
    {
        var services = new Dictionary<long, int>(_active);
        for (var service = 0; service < _states.Length; service++)
            if (StatePredicates.RunOf(_states[service]) is { } run)
                services[run] = service;
        return services;
    }
}
