namespace MetaMcp.Init.Core.Membership;

/// <summary>A process, and no later one with its pid.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTime">In clock ticks since boot (<c>man 5 proc</c>, stat).</param>
public readonly record struct ProcessKey(int Pid, ulong StartTime);
