using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The recent results of a run's probes.</summary>
/// <param name="GoodAt">The last success; before the first one, the end of the start period.</param>
/// <param name="HasSucceeded">Whether any probe of the run succeeded.</param>
/// <param name="Failures">The failures in a row since the last success.</param>
/// <param name="BadSince">The time of the first of these failures.</param>
public readonly record struct Streak(Instant GoodAt, bool HasSucceeded, int Failures, Instant BadSince)
{
    /// <summary>Why the last failed probe failed.</summary>
    public string? LastFailure { get; init; }
}
