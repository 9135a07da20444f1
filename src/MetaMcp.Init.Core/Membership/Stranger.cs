using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A process that belongs to no live run and was not started by us either.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">With the number, it and no other.</param>
/// <param name="Command">Its name (<c>comm</c>).</param>
/// <param name="IsOurs">
/// That it is of a run of ours that is over is certain: it is in a cgroup of the workload that is no live run's, or names such a
/// run, or was known to be of one. Else it may be of a <c>docker exec</c>, or of a live service that nothing tells it to be of.
/// </param>
public sealed record Stranger(int Pid, ulong StartTime, string Command, bool IsOurs) : Case;
