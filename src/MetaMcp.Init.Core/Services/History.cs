namespace MetaMcp.Init.Core.Services;

/// <summary>The failures that count against a service; a run longer than <c>reset_after</c> clears all of them.</summary>
/// <param name="Failures">Failures in a row, which <c>max_restarts</c> limits; a run that ended well breaks the row.</param>
/// <param name="StartFailures">Failures before the service was ever ready; the startup phase limits these.</param>
public readonly record struct History(int Failures, int StartFailures)
{
    /// <summary>Starts in a row that a shortage of the container prevented: they make the delay longer, and count as no failure.</summary>
    public int Shortages { get; init; }

    /// <summary>Restarts in a row, after failures and after runs that ended well; the back-off grows with them.</summary>
    public int Restarts { get; init; }

    /// <summary>The state of the circuit breaker.</summary>
    public Breaker Breaker
    {
        get => field ?? Breaker.Closed;
        init;
    }
}
