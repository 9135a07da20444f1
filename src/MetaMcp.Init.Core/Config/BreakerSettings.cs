namespace MetaMcp.Init.Core.Config;

public sealed record BreakerSettings
{
    public int Failures { get; init; } = 5;
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromMinutes(1);
}
