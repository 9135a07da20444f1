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

public sealed record BackoffSettings
{
    public TimeSpan Initial { get; init; } = TimeSpan.FromSeconds(1);
    public double Factor { get; init; } = 2.0;
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of the delay, 0 to 1, by which it is varied both ways.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>A run this long clears the count of failures.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromMinutes(1);
}

public sealed record BreakerSettings
{
    public int Failures { get; init; } = 5;
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromMinutes(1);
}
