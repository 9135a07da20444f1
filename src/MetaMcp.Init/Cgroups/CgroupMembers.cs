using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>The processes of a cgroup and of the cgroups below it, one by one.</summary>
internal static unsafe class CgroupMembers
{
    /// <summary>Deeper than usual trees; a service that nests deeper must not exhaust our stack.</summary>
    private const int MaxDepth = 32;

    /// <summary>The number of processes pinned at once: a thousand would take all descriptors that PID 1 may have.</summary>
    private const int BatchSize = 64;

    /// <summary>The pids; processes without a pid in our PID namespace, which are listed as 0, are left out.</summary>
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
    /// Signals each process. Between the list and the signal a process may end and the kernel give its pid to another. So each is
    /// pinned by a pidfd first, and signalled if it is still listed.
    /// </summary>
    public static void Signal(string directory, Signal signal)
    {
        var pinned = new List<(int Pid, int Descriptor)>(BatchSize);
        var pids = Find(directory);
        for (var next = 0; next < pids.Count; next++)
        {
            var descriptor = pidfd_open(pids[next], 0);
            var isFull = descriptor < 0 && (LastError.Number is Errno.EMFILE or Errno.ENFILE);
            if (descriptor >= 0)
                pinned.Add((pids[next], descriptor));
            if (isFull && pinned.Count > 1)
            {
                // The list takes a descriptor as well. The process whose pidfd is closed here, and the one that got none, come
                // first in the next batch.
                Release(pinned, pinned.Count - 1);
                next -= 2;
            }
            if (isFull || pinned.Count == BatchSize)
                SignalPinned(directory, pinned, signal);
        }
        SignalPinned(directory, pinned, signal);
    }

    private static void SignalPinned(string directory, List<(int Pid, int Descriptor)> pinned, Signal signal)
    {
        if (pinned.Count == 0)
            return;
        var members = new HashSet<int>(Find(directory));
        foreach (var (pid, descriptor) in pinned)
            if (members.Contains(pid))
                _ = pidfd_send_signal(descriptor, signal.Number, null, 0);
        for (var last = pinned.Count - 1; last >= 0; last--)
            Release(pinned, last);
    }

    private static void Release(List<(int Pid, int Descriptor)> pinned, int at)
    {
        _ = close(pinned[at].Descriptor);
        pinned.RemoveAt(at);
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
