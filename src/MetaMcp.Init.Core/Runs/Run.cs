using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>A run that has a process. The kernel uses pids again; the number of a run is never used again.</summary>
public readonly record struct Run(long Number, int Pid, Instant StartedAt);
