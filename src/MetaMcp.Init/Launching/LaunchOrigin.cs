using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Finds the live run that a client's process belongs to: by its cgroup; where there are none, by its ancestors, and if these do not tell
/// by a look at all processes. Such looks cost time, and a client can ask for one as often as it connects, so there are some a second.
/// </summary>
internal sealed class LaunchOrigin(RunTable runs, CgroupTree? tree)
{
    /// <summary>A longer line of ancestors is followed by the look alone.</summary>
    private const int MostAncestors = 64;

    private const int MostLooks = 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string? _workload = tree is null ? null : OwnPrefix();
    private Instant _end = new(0);
    private int _looks;

    /// <summary>The number of the run; 0 for none; null if that cannot be found out now.</summary>
    public long? RunOf(in ProcessStat process) =>
        tree is not null && _workload is not null ? ByCgroup(process.Pid) : ByAncestors(process);

    private long ByCgroup(int pid)
    {
        Span<byte> text = stackalloc byte[4096];
        if (SelfCgroup.Unified(ProcFile.Read(pid, "cgroup"u8, text)) is not { } path ||
            !path.StartsWith(_workload!, StringComparison.Ordinal))
            return 0;
        var name = path.AsSpan(_workload!.Length);
        // A service may have made cgroups below its own.
        if (name.IndexOf('/') is >= 0 and var slash)
            name = name[..slash];
        return runs.FindByCgroup($"{tree!.Workload}/{name}")?.Number ?? 0;
    }

    private long? ByAncestors(ProcessStat process)
    {
        var at = process;
        for (var step = 0; step < MostAncestors; step++)
        {
            if (runs.FindByMain(at) is { } run)
                return run.Number;
            if (at.Parent == getpid())
                return runs.Adopted.RunOf(at.Pid) is > 0 and var known ? known
                    : runs.RememberedRunOf(at) is > 0 and var remembered ? remembered : ByLook(process);
            if (!ProcessTable.TryRead(at.Parent, out var parent) || parent.StartTime > at.StartTime)
                break;
            at = parent;
        }
        return 0;
    }

    private long? ByLook(in ProcessStat process)
    {
        var now = MonotonicClock.Now;
        if (now >= _end)
            (_end, _looks) = (now + Period, 0);
        return ++_looks > MostLooks ? null : runs.RunOf(process);
    }

    /// <summary>The path of the workload as /proc shows it; null if we are in another cgroup than we made for ourselves.</summary>
    private static string? OwnPrefix()
    {
        const string Own = "/init";
        return SelfCgroup.Unified(KernelFile.ReadAll("/proc/self/cgroup")) is { } path && path.EndsWith(Own, StringComparison.Ordinal)
            ? $"{path[..^Own.Length]}/workload/" : null;
    }
}
