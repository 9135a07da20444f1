using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>The processes of a cgroup and of those below it, one by one.</summary>
internal static unsafe class CgroupMembers
{
    /// <summary>Deeper than anybody builds; a service that does must not exhaust our stack.</summary>
    private const int MaxDepth = 32;

    /// <summary>Their pids; those that our PID namespace has no number for, listed as 0, are left out.</summary>
    public static List<int> Find(string directory)
    {
        var pids = new List<int>();
        AddTo(pids, directory, MaxDepth);
        return pids;
    }

    public static bool CanList(string directory)
    {
        Span<byte> first = stackalloc byte[1];
        return KernelFile.Read($"{directory}/cgroup.procs", first, out _).IsSuccess;
    }

    /// <summary>
    /// Signals each. Between a list and the signal a process may end and its pid be given to somebody else's, so each is pinned
    /// by a pidfd first and signalled if it is listed still.
    /// </summary>
    public static void Signal(string directory, Signal signal)
    {
        var pinned = new List<(int Pid, int Descriptor)>();
        foreach (var pid in Find(directory))
        {
            // ESRCH: gone. EMFILE: it has its turn when those before it are gone and we are asked again.
            if (pidfd_open(pid, 0) is var descriptor and >= 0)
                pinned.Add((pid, descriptor));
        }
        var members = new HashSet<int>(Find(directory));
        foreach (var (pid, descriptor) in pinned)
        {
            if (members.Contains(pid))
                _ = pidfd_send_signal(descriptor, signal.Number, null, 0);
            _ = close(descriptor);
        }
    }

    private static void AddTo(List<int> pids, string directory, int depth)
    {
        var file = KernelFile.ReadAll($"{directory}/cgroup.procs");
        foreach (var range in file.AsSpan().Split((byte)'\n'))
            if (DecimalText.TryRead(file.AsSpan()[range], int.MaxValue, out var pid) && pid > 0)
                pids.Add((int)pid);
        if (depth == 0)
            return;
        foreach (var child in DirectoryEntries.Directories(directory))
            AddTo(pids, $"{directory}/{child}", depth - 1);
    }
}
