namespace MetaMcp.Init.Core.Config;

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
