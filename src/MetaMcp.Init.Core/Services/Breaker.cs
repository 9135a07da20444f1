using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The circuit breaker of a service (Nygard, Release It!). Closed, it counts the failures within its window; when there are enough of
/// them, it opens, and nothing is started for a while. Then it is half-open: one trial run closes it by lasting <c>reset_after</c>, or
/// opens it again by failing before.
/// </summary>
/// <param name="Failures">The times of the failures that still count, the oldest first.</param>
/// <param name="IsHalfOpen">Whether the next run, or the current one, is the trial.</param>
public sealed record Breaker(IReadOnlyList<Instant> Failures, bool IsHalfOpen) : Case
{
    public static Breaker Closed { get; } = new(Array.Empty<Instant>(), false);

    public static Breaker HalfOpen { get; } = new(Array.Empty<Instant>(), true);

    /// <summary>Counts one more failure.</summary>
    public Breaker Failed(BreakerSettings settings, Instant now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var counted = new List<Instant>(Failures.Count + 1);
        foreach (var failure in Failures)
            if (now - failure < settings.Window)
                counted.Add(failure);
        counted.Add(now);
        return this with { Failures = counted };
    }

    public bool Opens(BreakerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return IsHalfOpen || Failures.Count >= settings.Failures;
    }
}
