namespace MetaMcp.Init.Core.Config;

public sealed record StartupSettings
{
    /// <summary>Of the whole phase.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a service that failed to start is tried again within the phase before it counts as failed.</summary>
    public int Retries { get; init; } = 2;
}
