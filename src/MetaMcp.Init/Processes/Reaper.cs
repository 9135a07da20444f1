using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>A child that ended and was collected: its pid may already be somebody else's.</summary>
internal readonly record struct Reaped(int Pid, ExitStatus Status);

/// <summary>
/// Collects exit statuses, each exactly once (<c>man 2 waitid</c>). One SIGCHLD may stand for any number of children, so
/// callers ask until there is nothing more to collect.
/// </summary>
internal static unsafe class Reaper
{
    /// <summary>As many are collected before anything else has its turn: a fork bomb must not keep a stop from being heard.</summary>
    public const int MaxPerTurn = 256;

    /// <summary>One child that has ended, or null; then <paramref name="childrenLeft"/> tells whether any are still running.</summary>
    public static Reaped? TryCollect(out bool childrenLeft)
    {
        siginfo_t info;
        while (true)
        {
            // POSIX leaves si_pid undefined where nothing was found; Linux zeroes it, but only if the call did not fail.
            info.si_pid = 0;
            if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0)
                break;
            if (LastError.Number == Errno.EINTR)
                continue;
            // ECHILD, the only other answer there is: no children at all.
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
    /// What a child was stopped by, SIGCONT where it goes on, or null where neither is news. Exit statuses stay where they are.
    /// </summary>
    /// <param name="pid">A child that was not collected.</param>
    public static Signal? TryTakeStop(int pid)
    {
        siginfo_t info;
        info.si_pid = 0;
        // EINTR cannot be, since nothing waits; ECHILD neither.
        if (waitid(P_PID, (uint)pid, &info, WSTOPPED | WCONTINUED | WNOHANG) != 0 || info.si_pid == 0)
            return null;
        return info.si_code == CLD_CONTINUED ? Signal.Cont : Signal.FromNumber(info.si_status);
    }

    /// <summary>Whether a pid is a child of ours that was not collected, ended or not.</summary>
    public static bool IsChild(int pid)
    {
        siginfo_t info;
        // ECHILD: it is none. Nothing is collected by asking.
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || LastError.Number != Errno.ECHILD;
    }

    private static ExitStatus StatusOf(in siginfo_t info) => info.si_code == CLD_EXITED
        ? ExitStatus.Exited(info.si_status)
        : ExitStatus.KilledBy(Signal.FromNumber(info.si_status), dumpedCore: info.si_code == CLD_DUMPED);
}
