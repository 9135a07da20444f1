using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Launch;

/// <summary>
/// The bytes that the processes of a server have read and written by any system call (<c>man 5 proc</c>, /proc/[pid]/io). The kernel
/// adds the counts of a child that was collected to its parent's.
/// </summary>
internal static class TrafficCount
{
    /// <summary>Null if a process cannot be looked at: its traffic is not known, and idle is only said of a server that is.</summary>
    public static ulong? Of(ServerTree tree)
    {
        if (tree.Look() is not { } pids)
            return null;
        Span<byte> buffer = stackalloc byte[512];
        var sum = (ulong)pids.Count;
        foreach (var pid in pids)
        {
            var text = ProcFile.Read(pid, "io"u8, buffer, out var error);
            if (!text.IsEmpty)
                sum += (ulong)(FlatKeyed.Value(text, "rchar:"u8) + FlatKeyed.Value(text, "wchar:"u8));
            // A process that has ended meanwhile is missing at the next look: then the sum is another.
            else if (error.Number is not (Errno.ENOENT or Errno.ESRCH))
                return null;
        }
        return sum;
    }
}
