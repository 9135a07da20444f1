using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public abstract record ProbeTarget : Case
{
    public sealed record Http(string Address) : ProbeTarget;
    public sealed record Tcp(string Address) : ProbeTarget;
    public sealed record Unix(string Path) : ProbeTarget;
    public sealed record Mcp(string Address) : ProbeTarget;
    public sealed record Exec(ImmutableArray<string> Command) : ProbeTarget;
}

public sealed record ProbeSettings
{
    public required ProbeTarget Target { get; init; }
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    public int Retries { get; init; } = 3;

    /// <summary>The time from the start of a run in which failures of probes do not count, until one has succeeded.</summary>
    public TimeSpan StartPeriod { get; init; } = TimeSpan.Zero;

    /// <summary>Without a success for this long the service is unhealthy, for any value of <see cref="Retries"/>.</summary>
    public TimeSpan UnhealthyAfter { get; init; } = TimeSpan.FromMinutes(3);
}
