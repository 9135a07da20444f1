namespace MetaMcp.Init.Core.Services;

/// <summary>What counts against a service; a run longer than <c>reset_after</c> clears all of it.</summary>
/// <param name="Failures">
/// Failures in a row, of which <c>max_restarts</c> allows a number; a run that ended well is none and breaks the row.
/// </param>
/// <param name="StartFailures">Failures before it was ever ready, which the startup phase allows a number of.</param>
public readonly record struct History(int Failures, int StartFailures)
{
    /// <summary>Starts in a row that a shortage of the container prevented: counted for the delay and against nobody.</summary>
    public int Shortages { get; init; }

    /// <summary>Restarts in a row, after failures and after runs that ended well: the back-off grows with these.</summary>
    public int Restarts { get; init; }

    /// <summary>Of the circuit breaker.</summary>
    public Breaker Breaker
    {
        get => field ?? Breaker.Closed;
        init;
    }
}
