namespace MetaMcp.Init.Core.Config;

public sealed record HealthSettings
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    public int Retries { get; init; } = 3;
    public TimeSpan UnhealthyAfter { get; init; } = TimeSpan.FromMinutes(3);
}
