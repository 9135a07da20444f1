using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>The whole file, read and checked key by key; how the parts fit together is planning's concern.</summary>
public sealed record Settings
{
    /// <summary>False if METAMCP_LIFECYCLE_ENABLED says so: services have no limits, probes or restarts.</summary>
    public bool LifecycleEnabled { get; init; } = true;

    public InitSettings Init { get; init; } = new();
    public LimitSettings Limits { get; init; } = new();
    public StartupSettings Startup { get; init; } = new();
    public HealthSettings Health { get; init; } = new();
    public ShutdownSettings Shutdown { get; init; } = new();
    public RestartSettings Restart { get; init; } = new();
    public AlertSettings Alerts { get; init; } = new();
    public LaunchSettings Launch { get; init; } = new();
    public ServeSettings Serve { get; init; } = new();

    /// <summary>Signals passed on, each to one service.</summary>
    public ImmutableArray<ForwardedSignal> Signals { get; init; } = [];

    /// <summary>In the order of the file, which is the order ties are broken in.</summary>
    public ImmutableArray<ServiceSettings> Services { get; init; } = [];

    /// <summary>Types that <c>mcp-init launch</c> may start, in the order of the file.</summary>
    public ImmutableArray<ServerSettings> Servers { get; init; } = [];

    /// <summary>The <c>[server.NAME]</c> of that name; null if there is none.</summary>
    public ServerSettings? FindServer(string name)
    {
        foreach (var server in Servers)
            if (server.Name == name)
                return server;
        return null;
    }

    /// <summary>The keys of the file that have no effect yet: to be shown beside the diagnostics.</summary>
    public ImmutableArray<Diagnostic> NotInForce { get; init; } = [];

    /// <summary>The positions in the file, for checks that need all settings.</summary>
    internal SettingsOrigin Origin { get; init; } = SettingsOrigin.None;
}
