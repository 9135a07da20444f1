using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The circuit breaker of a service (Nygard, Release It!): closed, it counts the failures within its window; so many of them open
/// it, and nothing is started for a while; then it is half-open, and one trial run closes it by lasting <c>reset_after</c>, or opens
/// it again by failing before.
/// </summary>
/// <param name="Failures">When each of those was that still count, the oldest first.</param>
/// <param name="IsHalfOpen">The next run, or this one, is the trial.</param>
public sealed record Breaker(IReadOnlyList<Instant> Failures, bool IsHalfOpen) : Case
{
    public static Breaker Closed { get; } = new(Array.Empty<Instant>(), false);

    public static Breaker HalfOpen { get; } = new(Array.Empty<Instant>(), true);

    /// <summary>One more failure.</summary>
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
