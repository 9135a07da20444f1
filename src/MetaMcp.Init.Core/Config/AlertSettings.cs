using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

public sealed record AlertSettings
{
    public bool Enabled { get; init; } = true;

    /// <summary>The time in which the same alert about the same subject is given once.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The command gets one JSON document on its stdin; empty is no sink.</summary>
    public ImmutableArray<string> Command { get; init; } = [];
}
