using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>One process of a service: the number tells it from the runs before, as pids come round again.</summary>
public readonly record struct Run(long Number, int Pid, Instant StartedAt);
