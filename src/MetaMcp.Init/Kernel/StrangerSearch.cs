using System.Text;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// Looks for processes that belong to no live run: in cgroups of the workload that are no live run's, and among our children those
/// that we did not start. Whose a child is without a cgroup, the census tells. Mostly there is none, and one read has told.
/// </summary>
internal sealed class StrangerSearch(RunTable runs, CgroupTree? tree, InstanceCookie cookie, Privileges privileges)
{
    /// <summary>Those that are there. One that is traced, or traces another, is somebody's at work: it is none of ours to end.</summary>
    public List<Stranger> Find()
    {
        var found = new List<Stranger>();
        var candidates = runs.UnknownChildren();
        if (tree is not null)
            AddStrays(candidates);
        HashSet<int>? tracers = null;
        foreach (var pid in candidates)
        {
            if (!ProcessTable.TryRead(pid, out var stat) || stat.IsDead || !TryIsOurs(pid, out var isOurs))
                continue;
            tracers ??= Tracers();
            if (tracers.Contains(pid) || tracers.Contains(-pid))
                continue;
            found.Add(new Stranger(pid, stat.StartTime, CommandOf(pid), isOurs));
        }
        return found;
    }

    /// <summary>
    /// Members of the workload that are no live run's; not of our children need they be. And of our children those that are in a
    /// live run's cgroup are its own.
    /// </summary>
    private void AddStrays(List<int> candidates)
    {
        if (candidates.Count == 0 && !HasStrayCgroups())
            return;
        var live = new HashSet<int>();
        foreach (var directory in runs.Cgroups)
            live.UnionWith(CgroupMembers.Find(directory));
        candidates.RemoveAll(live.Contains);
        foreach (var pid in CgroupMembers.Find(tree!.Workload))
            if (!live.Contains(pid) && !runs.IsKnown(pid) && !candidates.Contains(pid))
                candidates.Add(pid);
    }

    private bool HasStrayCgroups()
    {
        var live = new HashSet<string>(runs.Cgroups);
        foreach (var name in DirectoryEntries.Directories(tree!.Workload))
            if (!live.Contains($"{tree.Workload}/{name}"))
                return true;
        return false;
    }

    /// <summary>False where it is a live run's after all, or is plainly not ours.</summary>
    private bool TryIsOurs(int pid, out bool isOurs)
    {
        isOurs = false;
        if (tree is null && runs.RunOf(pid) is > 0 and var known && runs.Find(known) is not null)
            return false;
        // environ is behind the lock of the memory map (ARCHITECTURE): one that may hold it is looked at another time.
        if (ProcessTable.IsBlocked(pid))
            return false;
        Span<byte> buffer = stackalloc byte[4096];
        var named = cookie.RunOf(ProcFile.Read(pid, "environ"u8, buffer));
        if (named > 0 && runs.Find(named) is not null)
            return false;
        // A docker exec lands in the container's own cgroup, beside the workload.
        if (tree is not null)
        {
            isOurs = named > 0 || CgroupMembers.Find(tree.Workload).Contains(pid);
            return isOurs;
        }
        // A subreaper is given none but its own descendants.
        isOurs = named > 0 || getpid() != 1 || (privileges.AreOurMark && StatusOf(pid).HasNoNewPrivileges);
        return true;
    }

    /// <summary>Who traces (its pid) and who is traced (its pid, negative).</summary>
    private static HashSet<int> Tracers()
    {
        var tracers = new HashSet<int>();
        var all = new ProcessSnapshot();
        _ = ProcessTable.Read(all, out _);
        for (var at = 0; at < all.Count; at++)
        {
            if (StatusOf(all[at].Stat.Pid).Tracer is not (> 0 and var tracer))
                continue;
            tracers.Add(tracer);
            tracers.Add(-all[at].Stat.Pid);
        }
        return tracers;
    }

    private static ProcessStatus StatusOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        return ProcessStatus.TryRead(ProcFile.Read(pid, "status"u8, buffer), out var status) ? status : default;
    }

    private static string CommandOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Encoding.UTF8.GetString(ProcFile.Read(pid, "comm"u8, buffer).TrimEnd((byte)'\n'));
    }
}
