using System.Text;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// Looks for processes that belong to no live run: in cgroups of the workload that are no live run's, and among our children those
/// that we did not start. Whose a child is without a cgroup, the census tells. Mostly there is none, and one read has told.
/// </summary>
internal sealed class StrangerSearch(RunTable runs, CgroupTree? tree, InstanceCookie cookie)
{
    /// <summary>So many that were not known are looked at by one look: each takes memory and time.</summary>
    public const int MostNew = 1024;

    private int _lookedUpTo;

    /// <summary>
    /// Those that can be looked at. One that is traced, or traces another, is somebody's at work: it is none of ours to end. Whether
    /// they are of nobody still, a second look has to confirm: one may have moved, or become another program, during this one.
    /// </summary>
    /// <param name="known">Those of the looks before, which are looked at again.</param>
    /// <param name="unseen">How many others were left for the next look, which goes on behind them.</param>
    public List<Stranger> Find(IReadOnlyList<Stranger> known, out int unseen)
    {
        unseen = 0;
        var looked = 0;
        var before = new HashSet<int>(known.Count);
        foreach (var stranger in known)
            before.Add(stranger.Pid);
        var found = new List<Stranger>();
        var strays = new HashSet<int>();
        var candidates = tree is null ? runs.UnknownChildren() : Strays(strays);
        HashSet<int>? tracers = null;
        var from = candidates.Count > MostNew ? candidates.FindIndex(pid => pid > _lookedUpTo) : 0;
        for (var i = 0; i < candidates.Count; i++)
        {
            var pid = candidates[(Math.Max(from, 0) + i) % candidates.Count];
            if (!before.Contains(pid))
            {
                if (looked == MostNew)
                {
                    unseen++;
                    continue;
                }
                looked++;
                _lookedUpTo = pid;
            }
            if (!ProcessTable.TryRead(pid, out var stat) || stat.IsDead || !TryIsOurs(pid, strays, out var isOurs))
                continue;
            tracers ??= Tracers();
            if (tracers is null)
                return [];
            if (!tracers.Contains(pid))
                found.Add(new Stranger(pid, stat.StartTime, CommandOf(pid), isOurs));
        }
        return found;
    }

    /// <summary>Whether one that was seen before has ended. What cannot be read is not taken to be gone.</summary>
    public static bool HasEnded(Stranger seen) => ProcessTable.TryRead(seen.Pid, out var stat, out var error)
        ? stat.IsDead || stat.StartTime != seen.StartTime
        : error.Number is Errno.ENOENT or Errno.ESRCH;

    /// <summary>
    /// Members of the workload that are no live run's (of our children need they not be), and children of ours outside of it. The
    /// workload is listed first: what a live run forks meanwhile is then in its own list alone.
    /// </summary>
    private List<int> Strays(HashSet<int> strays)
    {
        var candidates = runs.UnknownChildren();
        if (candidates.Count == 0 && !HasStrayCgroups())
            return candidates;
        strays.UnionWith(CgroupMembers.Find(tree!.Workload));
        foreach (var directory in runs.Cgroups)
            foreach (var pid in CgroupMembers.Find(directory))
            {
                _ = strays.Remove(pid);
                _ = candidates.Remove(pid);
            }
        strays.RemoveWhere(runs.IsKnown);
        foreach (var pid in strays)
            if (!candidates.Contains(pid))
                candidates.Add(pid);
        return candidates;
    }

    private bool HasStrayCgroups()
    {
        var live = new HashSet<string>(runs.Cgroups);
        foreach (var name in DirectoryEntries.Directories(tree!.Workload))
            if (!live.Contains($"{tree.Workload}/{name}"))
                return true;
        return false;
    }

    /// <summary>False where it is a live run's after all, or, where cgroups tell, plainly not ours.</summary>
    private bool TryIsOurs(int pid, HashSet<int> strays, out bool isOurs)
    {
        isOurs = strays.Contains(pid);
        var known = tree is null ? runs.RunOf(pid) : 0;
        // environ is behind the lock of the memory map (ARCHITECTURE): one that may hold it is looked at another time.
        if (known == 0)
        {
            if (ProcessTable.IsBlocked(pid))
                return false;
            known = cookie.RunOf(KernelFile.ReadAll($"/proc/{pid}/environ"));
        }
        if (known > 0 && runs.Find(known) is not null)
            return false;
        // A docker exec lands in the container's own cgroup, beside the workload. Without one, and where the environment of another
        // user is not ours to read (CAP_SYS_PTRACE), it may be of anybody.
        isOurs |= known > 0;
        return isOurs || tree is null;
    }

    /// <summary>Who traces or is traced; null where nobody can tell.</summary>
    private static HashSet<int>? Tracers()
    {
        var all = new ProcessSnapshot();
        if (!ProcessTable.Read(all, out _).IsSuccess)
            return null;
        var tracers = new HashSet<int>();
        Span<byte> buffer = stackalloc byte[4096];
        for (var at = 0; at < all.Count; at++)
        {
            if (!ProcessStatus.TryReadTracer(ProcFile.Read(all[at].Stat.Pid, "status"u8, buffer), out var tracer) || tracer == 0)
                continue;
            tracers.Add(tracer);
            tracers.Add(all[at].Stat.Pid);
        }
        return tracers;
    }

    private static string CommandOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Encoding.UTF8.GetString(ProcFile.Read(pid, "comm"u8, buffer).TrimEnd((byte)'\n'));
    }
}
