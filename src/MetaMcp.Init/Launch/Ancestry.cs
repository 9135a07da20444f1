using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

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
        Span<byte> buffer = stackalloc byte[512];
        var at = getpid();
        for (var generation = 0; generation < Most; generation++)
        {
            // Without /proc only PID 1 can be known.
            if (!ProcessStat.TryRead(ProcFile.Read(at, "stat"u8, buffer, out error), out var stat) || stat.Parent <= 1)
                return false;
            at = stat.Parent;
            if (at == pid)
                return true;
        }
        return false;
    }
}
