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

    /// <summary>Those that name this one in depends_on or after, each once: they stop before it.</summary>
    public required ImmutableArray<int> Dependents { get; init; }

    public string Name => Settings.Name;
}

/// <summary>A plan, null where the settings cannot make one, and everything there is to say about them.</summary>
public sealed record PlanResult(Plan? Plan, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>Settings whose dependency graph has been checked: acyclic, every name known.</summary>
public sealed class Plan
{
    private Plan(Settings settings, ImmutableArray<PlannedService> services)
    {
        Settings = settings;
        Services = services;
    }

    public Settings Settings { get; }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<PlannedService> Services { get; }

    /// <summary>Each wave can start once the ones before it are ready. For display: nothing waits for a whole wave.</summary>
    public ImmutableArray<ImmutableArray<int>> StartWaves { get; } = [];

    /// <summary>Each wave can stop once the ones before it have stopped.</summary>
    public ImmutableArray<ImmutableArray<int>> StopWaves { get; } = [];

    /// <summary>Reads a file and plans it, so that errors of both kinds are shown at once.</summary>
    public static PlanResult Read(string fileName, ReadOnlyMemory<byte> utf8)
    {
        var config = ConfigReader.Read(fileName, utf8);
        return config.Settings is { } settings ? Build(settings) : new PlanResult(null, config.Diagnostics);
    }

    public static PlanResult Build(Settings settings) => new(new Plan(settings, []), []);
}
