using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// Ends runs while memory is critical, in the <see cref="CorrectiveOrder"/>, before the kernel chooses one. One run at a time: the next
/// one has to wait until the memory of the one before has returned, and for a cool-down. A breach lasts until the figure is clearly below
/// the threshold (<see cref="UsageThresholds"/>). If an action has brought the figure below the threshold, the breach is settled: a figure
/// that then moves around the threshold needs no second action, and one that grows clearly above does.
/// </summary>
internal sealed class PressureRelief(Response response, ServiceTable services, LimitEnding ending)
{
    private static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(2);

    /// <summary>In percent of the cap: from here on the kernel is about to choose, which may be a required service as well.</summary>
    public const int LastReserve = 97;

    /// <summary>A settled breach needs another action if the figure is this many percent of the cap above the threshold.</summary>
    private const int Growth = 5;

    /// <summary>As for a cap of one run: an estimate may be too high, and a single one ends nothing.</summary>
    private const int EstimatesThatCount = 3;

    /// <summary>The number of candidates that a notice names.</summary>
    private const int MostNamed = 8;

    private readonly PressureBreach _workload = new();
    private readonly PressureBreach _container = new();

    /// <summary>Whether the memory of the workload is critical, and what is to be done about it depends on the next figures.</summary>
    public bool IsPending =>
        _workload is { Level: UsageLevel.Critical, IsSettled: false } && !IsHelpless(_workload) && !ending.IsMemoryReturning();

    /// <summary>What was done for a breach that is over counts no more.</summary>
    public void Forget(PressureScope scope) => BreachOf(scope).Enter(UsageLevel.Normal);

    public UsageLevel LevelOf(PressureScope scope) => BreachOf(scope).Level;

    /// <summary>Whether the figure ends a breach.</summary>
    public bool IsBelow(long used, ByteSize cap) =>
        UsageThresholds.Of(UsageLevel.Critical, used, cap, services.Plan.Settings.Limits) != UsageLevel.Critical;

    /// <summary>Takes a figure; true if a run has to be ended now (<see cref="Act"/>).</summary>
    /// <param name="scope">Whose figure it is.</param>
    /// <param name="used">In bytes.</param>
    /// <param name="cap">Its limit.</param>
    /// <param name="isEstimate">Whether the figure may be too high.</param>
    public bool Weigh(PressureScope scope, long used, ByteSize cap, bool isEstimate = false)
    {
        var breach = BreachOf(scope);
        var limits = services.Plan.Settings.Limits;
        breach.Enter(UsageThresholds.Of(breach.Level, used, cap, limits));
        if (breach.Level != UsageLevel.Critical)
            return false;
        var percent = UsageThresholds.PercentOf(used, cap);
        breach.Estimates = isEstimate ? breach.Estimates + 1 : 0;
        var isReturning = ending.IsMemoryReturning();
        breach.HasActed |= isReturning;
        breach.IsSettled |= breach.HasActed && percent < limits.MemoryCritical;
        if (isReturning || percent < limits.MemoryCritical || (isEstimate && breach.Estimates < EstimatesThatCount))
            return false;
        if (ending.ReturnedAt is { } returned && response.Now < returned + CoolDown)
            return false;
        var isEnough = IsHelpless(breach) ? LastReserve
            : breach.IsSettled ? Math.Min(limits.MemoryCritical + Growth, LastReserve) : limits.MemoryCritical;
        return percent >= isEnough;
    }

    /// <summary>Ends the first of those that may be ended.</summary>
    /// <param name="scope">Whose memory is critical.</param>
    /// <param name="used">In bytes.</param>
    /// <param name="cap">Its limit.</param>
    /// <param name="usages">The memory of each run.</param>
    public void Act(PressureScope scope, long used, ByteSize cap, ImmutableArray<RunUsage> usages)
    {
        var breach = BreachOf(scope);
        var percent = UsageThresholds.PercentOf(used, cap);
        var candidates = ending.Candidates(usages, byMemory: true);
        var order = CorrectiveOrder.Of(candidates, percent >= LastReserve);
        var limit = scope == PressureScope.Workload ? "memory of [limits]" : "the container's own limit";
        if (order is not [var first, ..])
        {
            if (!breach.IsHelpless)
                response.Tell(Notices.PressureHelpless.Of(new ByteSize(used), cap, limit, percent, WhyNone(candidates)));
            breach.IsHelpless = true;
            return;
        }
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{CorrectiveOrder.WhyFirst(first, response.Now)}, where memory is critical: {new ByteSize(used).Rounded} of {cap.Rounded} " +
            $"({limit}), {percent} %");
        (breach.HasActed, breach.IsSettled, breach.IsHelpless) = (true, false, false);
        ending.End(first.Run, reason, Notices.PressureRelieved.Of(first.Name, reason, Named(order)));
    }

    /// <summary>It was told that no run may be ended, and none that may has begun since.</summary>
    private bool IsHelpless(PressureBreach breach) => breach.IsHelpless && !ending.IsAnyOptional;

    private PressureBreach BreachOf(PressureScope scope) => scope == PressureScope.Workload ? _workload : _container;

    private static string WhyNone(List<Candidate> candidates) =>
        candidates.Exists(c => c.Kind == CandidateKind.Required)
            ? string.Create(CultureInfo.InvariantCulture, $"only required services are left, which go from {LastReserve} % on")
            : "no service or server is left that can be ended";

    private ImmutableArray<string> Named(ImmutableArray<Candidate> order)
    {
        var names = ImmutableArray.CreateBuilder<string>(MostNamed + 1);
        foreach (var candidate in order.AsSpan()[..Math.Min(order.Length, MostNamed)])
            names.Add(candidate.IsIdle
                ? $"{candidate.Name} ({new ByteSize(candidate.Size).Rounded}, {CorrectiveOrder.WhyFirst(candidate, response.Now)})"
                : $"{candidate.Name} ({new ByteSize(candidate.Size).Rounded})");
        if (order.Length > MostNamed)
            names.Add(string.Create(CultureInfo.InvariantCulture, $"and {order.Length - MostNamed} more"));
        return names.ToImmutable();
    }
}
