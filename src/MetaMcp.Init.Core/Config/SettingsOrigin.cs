using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>The places that a check of the whole may have to point at; empty where settings were made by code.</summary>
public sealed record SettingsOrigin
{
    public static SettingsOrigin None { get; } = new();

    /// <summary>In the order of <see cref="Settings.Services"/>.</summary>
    public ImmutableArray<ServiceOrigin> Services { get; init; } = [];

    /// <summary>In the order of <see cref="Settings.Signals"/>.</summary>
    public ImmutableArray<SourcePosition> Signals { get; init; } = [];

    public SourcePosition LimitsMemory { get; init; }
    public SourcePosition LimitsTasks { get; init; }
    public SourcePosition LimitsMaxInstances { get; init; }
    public SourcePosition ShutdownTimeout { get; init; }

    public ServiceOrigin Service(int index) => index < Services.Length ? Services[index] : ServiceOrigin.None;
}

/// <summary>Where one service and the names in it stand.</summary>
public sealed record ServiceOrigin
{
    public static ServiceOrigin None { get; } = new();

    public SourcePosition Table { get; init; }
    public SourcePosition StopTimeout { get; init; }
    public SourcePosition StartTimeout { get; init; }

    /// <summary>Each name, in the order of the setting.</summary>
    public ImmutableArray<SourcePosition> DependsOn { get; init; } = [];

    public ImmutableArray<SourcePosition> After { get; init; } = [];
    public ImmutableArray<SourcePosition> RestartWith { get; init; } = [];

    /// <summary>Of one name among several; the service's own where settings were made by code.</summary>
    public SourcePosition Of(ImmutableArray<SourcePosition> names, int index) => index < names.Length ? names[index] : Table;
}
