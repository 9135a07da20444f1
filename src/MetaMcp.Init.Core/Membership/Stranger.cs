using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A process that belongs to no live run and was not started by us either.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="StartTime">Identifies the process together with the pid.</param>
/// <param name="Command">Its name (<c>comm</c>).</param>
/// <param name="IsOurs">
/// Whether it is certain that it belongs to a run of ours that is over: it is in a cgroup of the workload that belongs to no live
/// run, or names such a run, or was known to belong to one. If not certain, it may come from a <c>docker exec</c>, or belong to a
/// live service without evidence.
/// </param>
public sealed record Stranger(int Pid, ulong StartTime, string Command, bool IsOurs) : Case;
