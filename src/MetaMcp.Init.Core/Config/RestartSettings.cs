namespace MetaMcp.Init.Core.Config;

public enum RestartPolicy { Always, OnFailure, Never }

public sealed record RestartSettings
{
    public RestartPolicy Policy { get; init; } = RestartPolicy.OnFailure;
    public BackoffSettings Backoff { get; init; } = new();
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>So many restarts after failures in a row, and it has failed for good; null is without end.</summary>
    public int? MaxRestarts { get; init; }
}
