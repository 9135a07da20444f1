using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Status;

/// <summary>The phase of mcp-init; the words are those of the row.</summary>
public enum SystemPhase { Starting, Running, Stopping }

/// <summary>The whole container.</summary>
public sealed record SystemRow : StatusRow
{
    public required string Version { get; init; }

    /// <summary>The pid of mcp-init in its own namespace.</summary>
    public required int Pid { get; init; }

    public required TimeSpan Uptime { get; init; }

    public required SystemPhase Phase { get; init; }

    /// <summary>The time from the start of mcp-init to the end of the startup phase; null before that.</summary>
    public TimeSpan? StartupTook { get; init; }

    /// <summary>Why this container should get no work, a clause for each required service that is not ready; empty if it should.</summary>
    public ImmutableArray<string> NotReady { get; init; } = [];

    /// <summary>Whether the last reload put its file in force; true before the first.</summary>
    public bool IsReloadSuccessful { get; init; } = true;

    /// <summary>The time since the last file was put in force.</summary>
    public TimeSpan FileAge { get; init; }

    /// <summary>Services that should run and do not.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Services that are ready or have completed.</summary>
    public required int Ready { get; init; }

    /// <summary>Services of the file.</summary>
    public required int Services { get; init; }

    /// <summary>The controllers by which the kernel enforces limits; empty if limits are kept by looking.</summary>
    public ImmutableArray<string> Controllers { get; init; } = [];

    public int CircuitsOpen { get; init; }

    public long OutOfMemory { get; init; }

    /// <summary>The time since the last process was killed for memory; null if there was none.</summary>
    public TimeSpan? LastOutOfMemory { get; init; }

    public long OrphansEnded { get; init; }

    public long CleanupsClean { get; init; }

    public long CleanupsKilled { get; init; }

    public long CleanupsFailed { get; init; }

    public long Repairs { get; init; }

    /// <summary>The mean duration of the endings of runs; null before the first.</summary>
    public TimeSpan? CleanupMean { get; init; }

    /// <summary>Services that run and launched servers.</summary>
    public int Instances { get; init; }

    /// <summary>Those of them that are not idle servers.</summary>
    public int Active { get; init; }

    /// <summary>Those of them that are ready and whose probes succeed, and launched servers that have started.</summary>
    public int Healthy { get; init; }

    /// <summary>Runs that were ended for a limit, by the kernel or by mcp-init.</summary>
    public long LimitBreaches { get; init; }

    /// <summary>Runs that were ended before a limit was reached, since memory was critical.</summary>
    public long CorrectiveActions { get; init; }

    /// <summary>Alerts that are raised.</summary>
    public int Alerts { get; init; }

    /// <summary>Alerts that were told since mcp-init began.</summary>
    public long AlertsTold { get; init; }

    /// <summary>Whether all services and servers together stand still for want of memory, now and then.</summary>
    public bool IsStalled { get; init; }

    /// <summary>Why the kernel cannot tell of such stalls; null if it can.</summary>
    public string? StallsProblem { get; init; }

    /// <summary><c>memory</c> of [limits].</summary>
    public long? MemoryMax { get; init; }

    /// <summary><c>tasks</c> of [limits].</summary>
    public long? TasksMax { get; init; }

    /// <summary><c>cpu</c> of [limits], in cores.</summary>
    public double? CpuMax { get; init; }

    /// <summary><c>max_instances</c> of [limits].</summary>
    public int? InstancesMax { get; init; }

    /// <summary>The disks that are watched, in the order of the file.</summary>
    public ImmutableArray<DiskRow> Disks { get; init; } = [];

    /// <summary>The directory of the cgroup of the workload; null without cgroups.</summary>
    public string? Cgroup { get; init; }
}
