using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The whole file, read and checked key by key; how the parts fit together is planning's concern.</summary>
public sealed record Settings
{
    /// <summary>False where METAMCP_LIFECYCLE_ENABLED says so: services have no limits, probes or restarts.</summary>
    public bool LifecycleEnabled { get; init; } = true;

    public InitSettings Init { get; init; } = new();
    public LimitSettings Limits { get; init; } = new();
    public StartupSettings Startup { get; init; } = new();
    public HealthSettings Health { get; init; } = new();
    public ShutdownSettings Shutdown { get; init; } = new();
    public RestartSettings Restart { get; init; } = new();
    public AlertSettings Alerts { get; init; } = new();
    public LaunchSettings Launch { get; init; } = new();

    /// <summary>Signals passed on, each to one service.</summary>
    public ImmutableArray<ForwardedSignal> Signals { get; init; } = [];

    /// <summary>In the order of the file, which is the order ties are broken in.</summary>
    public ImmutableArray<ServiceSettings> Services { get; init; } = [];

    /// <summary>Types that <c>mcp-init launch</c> may start, in the order of the file.</summary>
    public ImmutableArray<ServerSettings> Servers { get; init; } = [];

    /// <summary>What the file says that nothing acts on yet: to be told, beside the diagnostics.</summary>
    public ImmutableArray<Diagnostic> NotInForce { get; init; } = [];

    /// <summary>Where in the file it says so, for what is found only once everything is read.</summary>
    internal SettingsOrigin Origin { get; init; } = SettingsOrigin.None;
}

public enum LogFormat { Text, Json }

public enum LogLevelSetting { Debug, Info, Warning, Error }

public enum OrphanPolicy { Terminate, Report, Adopt }

public enum ExitRule { RequiredFails, AnyExits, AllExit }

public sealed record InitSettings
{
    public LogFormat LogFormat { get; init; } = LogFormat.Text;
    public LogLevelSetting LogLevel { get; init; } = LogLevelSetting.Info;

    /// <summary>In front of each line of text; JSON has its own.</summary>
    public LogTime LogTime { get; init; } = LogTime.None;

    public string RuntimeDirectory { get; init; } = "/run/mcp-init";
    public OrphanPolicy Orphans { get; init; } = OrphanPolicy.Terminate;
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(10);
    public ExitRule ExitWhen { get; init; } = ExitRule.RequiredFails;
}

public sealed record StartupSettings
{
    /// <summary>Of the whole phase.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a service that failed to start is tried again within the phase before it counts as failed.</summary>
    public int Retries { get; init; } = 2;
}

public sealed record HealthSettings
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    public int Retries { get; init; } = 3;
    public TimeSpan UnhealthyAfter { get; init; } = TimeSpan.FromMinutes(3);
}

public sealed record ShutdownSettings
{
    /// <summary>Of the whole phase: a maximum, never a sleep.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the stop signal to SIGKILL, one service.</summary>
    public TimeSpan TermTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int MaxConcurrent { get; init; } = 5;
    public int Retries { get; init; } = 3;

    /// <summary>Each of these begins the shutdown, and a second one of them cuts it short. In the order of the file, each once.</summary>
    public ImmutableArray<Signal> Signals { get; init; } = DefaultSignals;

    /// <summary>What engines and people send, and what images most often have for their STOPSIGNAL.</summary>
    public static ImmutableArray<Signal> DefaultSignals { get; } = [Signal.Term, Signal.Int, Signal.Quit, Signal.RtMinPlus3];

    public bool IsStop(Signal signal)
    {
        foreach (var one in Signals)
            if (one == signal)
                return true;
        return false;
    }
}

public sealed record AlertSettings
{
    public bool Enabled { get; init; } = true;

    /// <summary>The same alert of the same subject is given once in this long.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets one JSON document on its stdin; empty is no sink.</summary>
    public ImmutableArray<string> Command { get; init; } = [];
}

public enum UnknownServers { Allow, Refuse }

public sealed record LaunchSettings
{
    /// <summary>Names that, run by a service, go through the launcher.</summary>
    public ImmutableArray<string> Intercept { get; init; } = [];

    public UnknownServers Unknown { get; init; } = UnknownServers.Allow;
}

public sealed record ForwardedSignal(Signal Signal, string Service);

public enum RestartPolicy { Always, OnFailure, Never }

public sealed record RestartSettings
{
    public RestartPolicy Policy { get; init; } = RestartPolicy.OnFailure;
    public BackoffSettings Backoff { get; init; } = new();
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>So many restarts after failures in a row, and it has failed for good; null is without end.</summary>
    public int? MaxRestarts { get; init; }
}

public sealed record BackoffSettings
{
    public TimeSpan Initial { get; init; } = TimeSpan.FromSeconds(1);
    public double Factor { get; init; } = 2.0;
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of the delay, 0 to 1, by which it is varied both ways.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>A run this long clears the count of failures.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromMinutes(1);
}

public sealed record BreakerSettings
{
    public int Failures { get; init; } = 5;
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromMinutes(1);
}

public enum Enforcement { Require, Prefer, Off }

public sealed record LimitSettings
{
    public ByteSize? Memory { get; init; }
    public int? MaxInstances { get; init; }
    public int? MaxPerType { get; init; }
    public int? Tasks { get; init; }
    public int MemoryWarning { get; init; } = 75;
    public int MemoryCritical { get; init; } = 90;
    public int DiskWarning { get; init; } = 85;
    public Enforcement Enforce { get; init; } = Enforcement.Prefer;

    /// <summary>Whether memory, disk and pressure are watched; no key of the file, but METAMCP_RESOURCE_MONITORING.</summary>
    public bool Monitoring { get; init; } = true;
}
