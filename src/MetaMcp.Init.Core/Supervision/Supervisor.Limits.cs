using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Limits by sampling, where the kernel does not enforce them.</summary>
public sealed partial class Supervisor
{
    private readonly LimitWatch _limits;

    /// <summary>The runs that were ended for a limit, whose memory is still on its way back.</summary>
    private readonly HashSet<long> _ended = [];

    private void Look()
    {
        _limits.Looked(_now);
        _effects.Add(new Effect.Sample([.. _states.Where(Standing.IsActive).Select(s => Standing.RunOf(s)!.Value)], Closely: false));
    }

    private void Sampled(SystemEvent.Sampled sampled)
    {
        if (IsEnding)
            return;
        if (!sampled.Closely && _limits.Near(sampled.Usages, ServiceOf) is { IsEmpty: false } near)
            _effects.Add(new Effect.Sample(near, Closely: true));
        foreach (var usage in sampled.Usages)
            if (ServiceOf(usage.Run) is >= 0 and var service && _limits.Breach(service, usage, sampled.Closely) is { } reason)
                EndForLimit(service, usage.Run, reason);
        // A close look at some says nothing about all; what was ended gives its memory back first.
        var isOfAll = _states.All(s => !LimitWatch.IsEndable(s) || sampled.Usages.Any(u => u.Run == Standing.RunOf(s)));
        if (!isOfAll || _ended.Count > 0)
            return;
        if (_limits.BreachOfAll(sampled.Usages, sampled.Closely) is { } breach && Largest(sampled.Usages, breach.IsMemory) is { } largest)
            EndForLimit(ServiceOf(largest.Run), largest.Run, breach.Reason);
    }

    private void EndForLimit(int service, long run, string reason)
    {
        _ = _ended.Add(run);
        Tell(new Notice.OverLimit(_plan.Services[service].Name, reason));
        Current(service, run, new ServiceEvent.OverLimit(reason));
    }

    /// <summary>A required one only where nothing else is left.</summary>
    private RunUsage? Largest(ImmutableArray<RunUsage> usages, bool byMemory)
    {
        RunUsage? largest = null;
        foreach (var usage in usages)
        {
            if (ServiceOf(usage.Run) < 0)
                continue;
            if (largest is null || Rank(usage).CompareTo(Rank(largest)) > 0)
                largest = usage;
        }
        return largest;

        (bool IsOptional, long Size) Rank(RunUsage usage) =>
            (!_plan.Services[ServiceOf(usage.Run)].Settings.Required, byMemory ? usage.Memory : usage.Tasks);
    }

    /// <summary>Whose run it is, where it may be ended for a limit; -1 where not.</summary>
    private int ServiceOf(long run) => Array.FindIndex(_states, s => LimitWatch.IsEndable(s) && Standing.RunOf(s) == run);
}
