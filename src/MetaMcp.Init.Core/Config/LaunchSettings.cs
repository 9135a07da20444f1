using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

public enum UnknownServers { Allow, Refuse }

public sealed record LaunchSettings
{
    /// <summary>Names that, run by a service, go through the launcher.</summary>
    public ImmutableArray<string> Intercept { get; init; } = [];

    public UnknownServers Unknown { get; init; } = UnknownServers.Allow;
}
