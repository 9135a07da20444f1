using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Sweeping;

/// <summary>
/// Looks for processes that belong to no live run: with cgroups, those in cgroups of the workload that belong to no live run; and
/// children of ours that we did not start. Without cgroups, AdoptedChildren knows the run of each such child.
/// </summary>
internal sealed class StrangerSearch(RunTable runs, CgroupTree? tree, InstanceCookie cookie)
{
    private readonly ClaimReader _claims = new(cookie);

    /// <summary>
    /// The pid of the last new candidate that was looked at: the next search begins behind it, so that all have their turn.
    /// </summary>
    public int LookedUpTo { get; set; }

    /// <summary>The processes that may be reported.</summary>
    /// <param name="known">The strangers that the supervisor knows: one that is not proven to be ours is not reported again.</param>
    public List<StrayChild> Candidates(IReadOnlyList<Stranger> known)
    {
        var candidates = new List<StrayChild>();
        if (tree is not null)
            AddStrays(candidates);
        else
        {
            var told = new HashSet<int>();
            foreach (var stranger in known)
                if (!stranger.IsOurs)
                    _ = told.Add(stranger.Pid);
            runs.Adopted.AddStrangers(candidates, run => runs.Find(run) is not null, told);
        }
        // In the order of their pids, from the one behind the last; those before it come at the end.
        candidates.Sort((one, other) => IsBehind(one) == IsBehind(other) ? one.Pid.CompareTo(other.Pid) : IsBehind(one) ? -1 : 1);
        return candidates;
    }

    private bool IsBehind(StrayChild candidate) => candidate.Pid > LookedUpTo;

    /// <summary>
    /// Looks at one candidate; null if it is gone, belongs to a live run after all, or cannot be looked at. A second search has to
    /// confirm that it belongs to no live run: it may have moved, or executed another program, during this one.
    /// </summary>
    public Stranger? LookAt(StrayChild candidate)
    {
        if (!ProcessTable.TryRead(candidate.Pid, out var stat) || stat.IsDead)
            return null;
        var isOurs = candidate.IsOurs;
        if (tree is null ? stat.StartTime != candidate.StartTime || IsLive(stat) : !TryIsOurs(stat, ref isOurs))
            return null;
        Span<byte> buffer = stackalloc byte[4096];
        // A process that is traced is in use by its tracer.
        if (!ProcessStatus.TryReadTracer(ProcFile.Read(candidate.Pid, "status"u8, buffer), out var tracer) || tracer != 0)
            return null;
        return new Stranger(candidate.Pid, stat.StartTime, ProcessTable.CommandOf(candidate.Pid), isOurs);
    }

    /// <summary>
    /// Whether the process belongs to a live run since it was looked at: by executing a program whose environment names one
    /// (<c>env</c>).
    /// </summary>
    private bool IsLive(in ProcessStat stat)
    {
        if (_claims.Read(stat, out var claim) == Sight.Blocked)
            return true;
        if (claim.Run == 0 || runs.Find(claim.Run) is null)
            return false;
        runs.Adopted.LookAgainAt(stat.Pid);
        return true;
    }

    /// <summary>Whether a process that was seen before has ended. If it cannot be read, assume that it still exists.</summary>
    public bool HasEnded(Stranger seen)
    {
        if (runs.Adopted.Has(seen))
            return false;
        return ProcessTable.TryRead(seen.Pid, out var stat, out var error)
            ? stat.IsDead || stat.StartTime != seen.StartTime
            : error.Number is Errno.ENOENT or Errno.ESRCH;
    }

    /// <summary>
    /// Members of the workload that belong to no live run (these need not be our children), and children of ours outside of the
    /// workload. The workload is listed first: a process that a live run forks meanwhile is then only in that run's own list.
    /// </summary>
    private void AddStrays(List<StrayChild> found)
    {
        var beside = new HashSet<int>(runs.Adopted.All);
        if (beside.Count == 0 && !HasStrayCgroups())
            return;
        var strays = new HashSet<int>(CgroupMembers.Find(tree!.Workload));
        foreach (var directory in runs.Cgroups)
            foreach (var pid in CgroupMembers.Find(directory))
            {
                _ = strays.Remove(pid);
                _ = beside.Remove(pid);
            }
        foreach (var pid in strays)
            if (!runs.IsKnown(pid))
                found.Add(new StrayChild(pid, 0, IsOurs: true));
        foreach (var pid in beside)
            if (!strays.Contains(pid))
                found.Add(new StrayChild(pid, 0, IsOurs: false));
    }

    private bool HasStrayCgroups()
    {
        var live = new HashSet<string>(runs.Cgroups);
        foreach (var name in DirectoryEntries.Directories(tree!.Workload))
            if (!live.Contains($"{tree.Workload}/{name}"))
                return true;
        return false;
    }

    /// <summary>With cgroups: false if the process belongs to a live run after all, or is plainly not ours.</summary>
    private bool TryIsOurs(in ProcessStat stat, ref bool isOurs)
    {
        // The kernel reads environ behind the lock of the memory map (ARCHITECTURE): a process that may hold that lock is looked
        // at another time.
        if (_claims.Read(stat, out var claim) == Sight.Blocked || runs.Find(claim.Run) is not null)
            return false;
        // A docker exec starts in the container's own cgroup, beside the workload. We may not be allowed to read the environment
        // of another user's process (CAP_SYS_PTRACE).
        isOurs |= claim.Run > 0;
        return isOurs;
    }
}
