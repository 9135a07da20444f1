namespace MetaMcp.Init.Core.Config;

/// <summary>The positions that a check of the whole may have to show; empty if settings were made by code.</summary>
internal sealed class SettingsOrigin
{
    public static SettingsOrigin None { get; } = new();

    /// <summary>In the order of <see cref="Settings.Services"/>.</summary>
    public ServiceOrigin[] Services { get; init; } = [];

    /// <summary>In the order of <see cref="Settings.Servers"/>.</summary>
    public ServerOrigin[] Servers { get; init; } = [];

    /// <summary>In the order of <see cref="Settings.Signals"/>.</summary>
    public SourcePosition[] Signals { get; init; } = [];

    public SourcePosition LimitsMemory { get; init; }
    public SourcePosition LimitsTasks { get; init; }
    public SourcePosition LimitsMaxInstances { get; init; }
    public SourcePosition ShutdownTimeout { get; init; }

    public ServerOrigin Server(int index) => index < Servers.Length ? Servers[index] : ServerOrigin.None;

    public ServiceOrigin Service(int index) => index < Services.Length ? Services[index] : ServiceOrigin.None;
}
