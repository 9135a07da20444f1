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

    /// <summary>Where a forking service writes the pid of its main process; null where that is to be guessed.</summary>
    public string? PidFile { get; init; }
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Must be satisfied before this one starts; where it fails, this one is skipped.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Order only: waits until these have settled, well or badly.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Of those it waits for: where one of these is started anew, so is this one.</summary>
    public ImmutableArray<string> RestartWith { get; init; } = [];

    public bool Required { get; init; }
    public RestartSettings Restart { get; init; } = new();
    public ProbeSettings? Probe { get; init; }

    /// <summary>Defaults to <see cref="ReadyRule.Probe"/> where there is a probe, else <see cref="ReadyRule.Started"/>.</summary>
    public ReadyRule Ready { get; init; } = ReadyRule.Started;

    /// <summary>The descriptor the service finds open and writes a newline to (s6's readiness protocol).</summary>
    public int NotifyFd { get; init; } = 3;

    /// <summary>How long one attempt may take to become ready, or a oneshot to finish; defaults to [startup] timeout.</summary>
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

    /// <summary>Of one service at most: mcp-init's own stdin, with the terminal where that is one.</summary>
    public StdinMode Stdin { get; init; } = StdinMode.Null;

    /// <summary>Lines over this are dropped and counted; null is no limit.</summary>
    public LineRate? LogRateLimit { get; init; } = LineRate.WithUsualBurst(1000, TimeSpan.FromSeconds(1));
}

/// <summary>What the service's cgroup is given. A null leaves the kernel's default.</summary>
public sealed record CgroupLimits
{
    public ByteSize? MemoryMax { get; init; }
    public ByteSize? MemoryHigh { get; init; }
    public ByteSize SwapMax { get; init; } = new(0);
    public int? TasksMax { get; init; }

    /// <summary>In cores: 1.5 is a core and a half.</summary>
    public double? CpuMax { get; init; }

    /// <summary>1 to 10000 (cgroup-v2.rst, cpu.weight).</summary>
    public int? CpuWeight { get; init; }

    public bool OomGroup { get; init; } = true;
}

public abstract record ProbeTarget : Case
{
    public sealed record Http(string Address) : ProbeTarget;
    public sealed record Tcp(string Address) : ProbeTarget;
    public sealed record Unix(string Path) : ProbeTarget;
    public sealed record Mcp(string Address) : ProbeTarget;
    public sealed record Exec(ImmutableArray<string> Command) : ProbeTarget;
}

public sealed record ProbeSettings
{
    public required ProbeTarget Target { get; init; }
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    public int Retries { get; init; } = 3;

    /// <summary>From the start of a run: failures of probes in it do not count, until one has succeeded.</summary>
    public TimeSpan StartPeriod { get; init; } = TimeSpan.Zero;

    /// <summary>Without a success for this long it is unhealthy, whatever <see cref="Retries"/> says.</summary>
    public TimeSpan UnhealthyAfter { get; init; } = TimeSpan.FromMinutes(3);
}
