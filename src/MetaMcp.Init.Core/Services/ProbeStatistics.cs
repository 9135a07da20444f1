namespace MetaMcp.Init.Core.Services;

/// <summary>The probes of a service.</summary>
/// <param name="Checks">Probes that had a result.</param>
/// <param name="Failures">Probes that failed.</param>
/// <param name="Last">The time that the last probe took, from its start to its end.</param>
/// <param name="Worst">The longest of these times.</param>
/// <param name="Total">The sum of these times.</param>
public readonly record struct ProbeStatistics(long Checks, long Failures, TimeSpan Last, TimeSpan Worst, TimeSpan Total)
{
    public TimeSpan Average => Checks == 0 ? TimeSpan.Zero : Total / Checks;

    /// <summary>Why the last failed probe failed.</summary>
    public string? LastFailure { get; init; }

    /// <param name="failure">Null if the probe succeeded.</param>
    /// <param name="took">The time from the start of the probe to its end.</param>
    public ProbeStatistics With(string? failure, TimeSpan took) =>
        new(Checks + 1, Failures + (failure is null ? 0 : 1), took, took > Worst ? took : Worst, Total + took)
        {
            LastFailure = failure ?? LastFailure,
        };
}
