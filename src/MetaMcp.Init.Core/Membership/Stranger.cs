using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A process that belongs to no live run and was not started by us either.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">With the number, it and no other.</param>
/// <param name="Command">Its name (<c>comm</c>).</param>
/// <param name="IsOurs">
/// That it descends from what we started is certain: it is in a cgroup of the workload, names a run of ours that is over, or
/// has the no_new_privs that we took on and that nothing takes off. Else it may be of a <c>docker exec</c>.
/// </param>
public sealed record Stranger(int Pid, ulong StartTime, string Command, bool IsOurs) : Case;
