using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public enum Enforcement { Require, Prefer, Off }

public sealed record LimitSettings
{
    public ByteSize? Memory { get; init; }
    public int? MaxInstances { get; init; }
    public int? MaxPerType { get; init; }
    public int? Tasks { get; init; }
    public int MemoryWarning { get; init; } = 75;
    public int MemoryCritical { get; init; } = 90;

    /// <summary>Absolute paths, each of a disk that is watched.</summary>
    public ImmutableArray<string> Disk { get; init; } = [];
    public int DiskWarning { get; init; } = 85;
    public Enforcement Enforce { get; init; } = Enforcement.Prefer;

    /// <summary>Whether memory, disk and pressure are watched; no key of the file, but METAMCP_RESOURCE_MONITORING.</summary>
    public bool Monitoring { get; init; } = true;
}
