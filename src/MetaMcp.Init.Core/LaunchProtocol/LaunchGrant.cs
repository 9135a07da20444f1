using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>The place of one instance, and how its process takes it.</summary>
public sealed record LaunchGrant
{
    /// <summary>The id, for people: <c>mcp-MS-SEQUENCE</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The value of MCP_INIT_INSTANCE: the id and a token.</summary>
    public required string Instance { get; init; }

    /// <summary>The type.</summary>
    public required string Name { get; init; }

    /// <summary>For the person who has typed the name, as a sentence; null for none.</summary>
    public string? Hint { get; init; }

    public ShimMode Shim { get; init; } = ShimMode.Guard;

    /// <summary>A package runner may be left out where it is certain what it would run.</summary>
    public bool Unwrap { get; init; } = true;

    /// <summary>The command of the type; empty if it has none. A command of the client's own comes before it.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The options of <c>mcp-init exec</c> that apply the attributes of the type.</summary>
    public ImmutableArray<string> Exec { get; init; } = [];

    /// <summary>The variables of the type. They may be secrets: never an argument, never shown.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Without traffic for this long the guard says so; null: it does not watch. Whole milliseconds.</summary>
    public TimeSpan? IdleAfter { get; init; }

    /// <summary>The start holds one of the places for cold starts until the guard says <c>started</c>.</summary>
    public bool IsStarting { get; init; }
}
