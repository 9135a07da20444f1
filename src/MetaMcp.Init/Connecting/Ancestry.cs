using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Connecting;

/// <summary>
/// Whether a process may be our init: PID 1, or outside of a container a process that we descend from. Any other process could listen
/// where an init was once.
/// </summary>
internal static class Ancestry
{
    /// <summary>More generations than any installation has; parents that change meanwhile must not keep us here.</summary>
    private const int Most = 4096;

    /// <param name="pid">0 is a process outside of our PID namespace.</param>
    /// <param name="error">Why an ancestor could not be looked at.</param>
    public static bool Includes(int pid, out Errno error)
    {
        error = Errno.None;
        if (pid <= 1)
            return pid == 1;
        var at = getpid();
        for (var generation = 0; generation < Most && at > 1; generation++)
        {
            // Without /proc only PID 1 can be known.
            at = ParentOf(at, out error);
            if (at == pid)
                return true;
        }
        return false;
    }

    /// <summary>0 without one in our PID namespace, or if the process cannot be looked at.</summary>
    public static int ParentOf(int pid, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[512];
        return ProcessStat.TryRead(ProcFile.Read(pid, "stat"u8, buffer, out error), out var stat) ? stat.Parent : 0;
    }
}
