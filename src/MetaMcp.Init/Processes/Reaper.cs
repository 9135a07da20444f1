using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>A child that ended and was collected: the kernel may have given its pid to another process.</summary>
internal readonly record struct Reaped(int Pid, ExitStatus Status);

/// <summary>
/// Collects exit statuses, each exactly once (<c>man 2 waitid</c>). One SIGCHLD may stand for any number of children, so callers
/// repeat the call until no ended child is left.
/// </summary>
internal static unsafe class Reaper
{
    /// <summary>The number that is collected before other work has its turn: a fork bomb must not delay a stop.</summary>
    public const int MaxPerTurn = 256;

    /// <summary>
    /// One child that has ended, or null; then <paramref name="childrenLeft"/> tells whether any are still running.
    /// </summary>
    public static Reaped? TryCollect(out bool childrenLeft)
    {
        siginfo_t info;
        while (true)
        {
            // POSIX leaves si_pid undefined if no child was found; Linux zeroes it, but only if the call did not fail.
            info.si_pid = 0;
            if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0)
                break;
            if (LastError.Number == Errno.EINTR)
                continue;
            // ECHILD, the only other error: there are no children at all.
            childrenLeft = false;
            return null;
        }
        childrenLeft = true;
        return info.si_pid == 0 ? null : new Reaped(info.si_pid, StatusOf(info));
    }

    /// <summary>This child, if it has ended.</summary>
    public static Reaped? TryCollect(int pid)
    {
        siginfo_t info;
        info.si_pid = 0;
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == pid ? new Reaped(pid, StatusOf(info)) : null;
    }

    /// <summary>
    /// The signal that stopped a child, SIGCONT if the child was continued, or null if neither has happened since the last call. Exit
    /// statuses are not collected.
    /// </summary>
    /// <param name="pid">A child that was not collected.</param>
    public static Signal? TryTakeStop(int pid)
    {
        siginfo_t info;
        info.si_pid = 0;
        // EINTR cannot occur, since the call does not wait; nor can ECHILD.
        if (waitid(P_PID, (uint)pid, &info, WSTOPPED | WCONTINUED | WNOHANG) != 0 || info.si_pid == 0)
            return null;
        return info.si_code == CLD_CONTINUED ? Signal.Cont : Signal.FromNumber(info.si_status);
    }

    /// <summary>Whether a pid is a child of ours that was not collected, ended or not.</summary>
    public static bool IsChild(int pid)
    {
        siginfo_t info;
        // ECHILD: it is no child of ours. WNOWAIT: no status is collected.
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || LastError.Number != Errno.ECHILD;
    }

    private static ExitStatus StatusOf(in siginfo_t info) => info.si_code == CLD_EXITED
        ? ExitStatus.Exited(info.si_status)
        : ExitStatus.KilledBy(Signal.FromNumber(info.si_status), dumpedCore: info.si_code == CLD_DUMPED);
}
