using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// A signal to a process that was seen a moment ago. It may have ended since, and its pid be another's: it is pinned by a
/// pidfd first, and signalled if it is still the one that was seen.
/// </summary>
internal static unsafe class PinnedSignal
{
    /// <param name="seen">The process.</param>
    /// <param name="signal">What to send.</param>
    /// <param name="group">Sent to its whole process group first, at once and so that no fork escapes; 0 for none.</param>
    /// <returns>Whether it was sent it: not one that is gone, is not ours to signal, or that no descriptor was left to pin.</returns>
    public static bool Send(in ProcessStat seen, Signal signal, int group = 0)
    {
        // Ours to collect, and this thread does: until then the number is its own. Those that live for a millisecond only are
        // not to be caught by anything slower.
        if (seen.Parent == getpid())
        {
            if (group > 1 && getpgid(seen.Pid) == group)
                _ = kill(-group, signal.Number);
            return kill(seen.Pid, signal.Number) == 0;
        }
        // ESRCH: gone. EMFILE, ENFILE, ENOMEM: it has its turn when we are asked again.
        var descriptor = pidfd_open(seen.Pid, 0);
        if (descriptor < 0)
            return false;
        var sent = false;
        if (ProcessTable.TryRead(seen.Pid, out var now) && now.StartTime == seen.StartTime)
        {
            // While it is in the group the group is there, and everybody in it is of its session and thus of its run.
            if (group > 1 && now.Group == group)
                _ = kill(-group, signal.Number);
            sent = pidfd_send_signal(descriptor, signal.Number, null, 0) == 0;
        }
        _ = close(descriptor);
        return sent;
    }
}
