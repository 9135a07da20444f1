using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// Sends a signal to a process that was seen a moment ago. It may have ended since, and its pid may belong to another process: it is
/// pinned by a pidfd first, and signalled if it is still the same one.
/// </summary>
internal static unsafe class PinnedSignal
{
    /// <param name="seen">The process.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="group">The process group to signal first, in one call that no fork escapes; 0 for none.</param>
    /// <returns>Whether the signal was sent: not to a process that is gone or may not be signalled, nor if there was no descriptor to
    /// pin it.</returns>
    public static bool Send(in ProcessStat seen, Signal signal, int group = 0)
    {
        // Only this thread collects our children, so until then the pid is the child's own. A slower way would miss processes that
        // live for a millisecond only.
        if (seen.Parent == getpid())
        {
            if (group > 1 && getpgid(seen.Pid) == group)
                _ = kill(-group, signal.Number);
            return kill(seen.Pid, signal.Number) == 0;
        }
        // ESRCH: gone. EMFILE, ENFILE, ENOMEM: it has its turn at the next call.
        var descriptor = pidfd_open(seen.Pid, 0);
        if (descriptor < 0)
            return false;
        var sent = false;
        if (ProcessTable.TryRead(seen.Pid, out var now) && now.StartTime == seen.StartTime)
        {
            // While the process is in the group, the group exists, and all its members are of the same session and so of the same
            // run.
            if (group > 1 && now.Group == group)
                _ = kill(-group, signal.Number);
            sent = pidfd_send_signal(descriptor, signal.Number, null, 0) == 0;
        }
        _ = close(descriptor);
        return sent;
    }
}
