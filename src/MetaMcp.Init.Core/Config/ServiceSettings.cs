using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public enum ServiceType { Daemon, Oneshot }

public enum ReadyRule { Started, Probe, NotifyFd, SdNotify }

public enum OutputMode { Prefix, Inherit, Json, None }

public enum StdinMode { Null, Inherit }

/// <summary>One <c>[service.NAME]</c> table with every default filled in.</summary>
public sealed record ServiceSettings
{
    public required string Name { get; init; }
    public ServiceType Type { get; init; } = ServiceType.Daemon;

    /// <summary>
    /// A daemon that puts itself into the background: the process that is started ends, and another one is the main process.
    /// </summary>
    public bool IsForking { get; init; }

    /// <summary>The file that a forking service writes the pid of its main process to; null to guess the main process.</summary>
    public string? PidFile { get; init; }
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>These must be satisfied before this service starts; if one fails, this service is skipped.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Order only: waits until these have settled, well or badly.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Names out of the two lists above: when one of these is started anew, so is this service.</summary>
    public ImmutableArray<string> RestartWith { get; init; } = [];

    public bool Required { get; init; }
    public RestartSettings Restart { get; init; } = new();
    public ProbeSettings? Probe { get; init; }

    /// <summary>Defaults to <see cref="ReadyRule.Probe"/> with a probe, else to <see cref="ReadyRule.Started"/>.</summary>
    public ReadyRule Ready { get; init; } = ReadyRule.Started;

    /// <summary>The descriptor the service finds open and writes a newline to (s6's readiness protocol).</summary>
    public int NotifyFd { get; init; } = 3;

    /// <summary>The time for one attempt to become ready, or for a oneshot to finish; defaults to [startup] timeout.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the service may be without a WATCHDOG=1 on its NOTIFY_SOCKET; null is without end.</summary>
    public TimeSpan? Watchdog { get; init; }

    public Signal StopSignal { get; init; } = Signal.Term;
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
    public ImmutableArray<string> StopCommand { get; init; } = [];
    public Signal KillSignal { get; init; } = Signal.Kill;

    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>A file of KEY=VALUE lines, read at each start; a leading "-" tolerates its absence.</summary>
    public string? EnvironmentFile { get; init; }

    public bool ClearEnvironment { get; init; }

    public CgroupLimits Limits { get; init; } = new();

    /// <summary>Exit codes that count as success beside 0.</summary>
    public ImmutableArray<int> SuccessExitCodes { get; init; } = [];

    public OutputMode Log { get; init; } = OutputMode.Prefix;

    /// <summary>One service at most can inherit mcp-init's own stdin, with the terminal if it is one.</summary>
    public StdinMode Stdin { get; init; } = StdinMode.Null;

    /// <summary>Lines over this are dropped and counted; null is no limit.</summary>
    public LineRate? LogRateLimit { get; init; } = LineRate.WithUsualBurst(1000, TimeSpan.FromSeconds(1));
}
