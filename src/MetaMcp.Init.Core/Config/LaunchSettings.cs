using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

public enum UnknownServers { Allow, Refuse }

public sealed record LaunchSettings
{
    /// <summary>Names that, run by a service, go through the launcher.</summary>
    public ImmutableArray<string> Intercept { get; init; } = [];

    /// <summary>Servers that may be starting at one time; the others wait for their turn.</summary>
    public int MaxStarting { get; init; } = 4;

    public UnknownServers Unknown { get; init; } = UnknownServers.Allow;
}
