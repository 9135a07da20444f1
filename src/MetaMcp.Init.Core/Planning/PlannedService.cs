using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>A service and its place in the graph. Numbers are indices into <see cref="Plan.Services"/>.</summary>
public sealed record PlannedService
{
    public required int Index { get; init; }
    public required ServiceSettings Settings { get; init; }
    public required ImmutableArray<int> DependsOn { get; init; }
    public required ImmutableArray<int> After { get; init; }

    /// <summary>The services that name this one in depends_on or after, each once: they stop before it.</summary>
    public required ImmutableArray<int> Dependents { get; init; }

    public string Name => Settings.Name;

    /// <summary>It is not in the file: mcp-init runs it for itself.</summary>
    public bool IsOwn => Name == ServeSettings.ServiceName;

    /// <summary>The service is not in the file any more; it keeps its place until it has ended.</summary>
    public bool IsRetired { get; init; }
}
