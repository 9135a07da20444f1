namespace MetaMcp.Init.Core.Config;

public enum RestartPolicy { Always, OnFailure, Never }

public sealed record RestartSettings
{
    public RestartPolicy Policy { get; init; } = RestartPolicy.OnFailure;
    public BackoffSettings Backoff { get; init; } = new();
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>The restarts after failures in a row until the service has failed for good; null for no end.</summary>
    public int? MaxRestarts { get; init; }
}
