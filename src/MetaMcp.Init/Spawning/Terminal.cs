using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>The terminal on descriptor 0, if it is the controlling terminal of our session.</summary>
internal static class Terminal
{
    /// <summary>
    /// The major numbers of UNIX 98 pseudo-terminals (<c>devices.txt</c> of the kernel), such as a container's terminal.
    /// </summary>
    private const uint FirstPtyMajor = 136, LastPtyMajor = 143;

    /// <summary>
    /// True if our group holds the foreground, so that we may give it away. A background job of an interactive shell must not take
    /// the keyboard from the shell. Without a terminal tcgetpgrp fails with ENOTTY, without descriptor 0 with EBADF.
    /// </summary>
    public static bool IsOurs => tcgetpgrp(0) is var foreground && foreground >= 0 && foreground == getpgrp();

    /// <summary>True if this process group holds the foreground.</summary>
    public static bool IsOf(int group) => tcgetpgrp(0) == group;

    /// <summary>Takes the foreground back from the child; SIGTTOU is blocked, so this cannot stop us.</summary>
    public static void TakeBack() => GiveTo(getpgrp());

    /// <summary>Refused (EPERM) if the group belongs to another session.</summary>
    public static void GiveTo(int group) => _ = tcsetpgrp(0, group);

    /// <summary>
    /// Gives up the controlling terminal of our session, so that the session of a child can have it (<c>man 2 TIOCNOTTY</c>). Only
    /// the session leader can, such as PID 1 of <c>docker run -t</c>. The kernel sends SIGHUP and SIGCONT to the foreground group,
    /// which is ours, in our own name; <see cref="SignalQueue"/> ignores those. Only for a pty: the kernel would hang up any other
    /// terminal for us as well when the child's session ends.
    /// </summary>
    public static bool TryLetGo() =>
        getsid(0) == getpid() && IsOurs && IsPty() && ioctl(0, TIOCNOTTY, 0) == 0;

    /// <summary>
    /// Takes the terminal back when the child has ended: Ctrl-C is ours again. If a process that the child left behind has made it
    /// the terminal of its own session (EPERM), the terminal stays there.
    /// </summary>
    public static void Resume() => _ = ioctl(0, TIOCSCTTY, 0);

    private static unsafe bool IsPty()
    {
        statx status;
        byte none = 0;
        return get_statx(0, &none, AT_EMPTY_PATH, STATX_TYPE, &status) == 0 &&
            (status.stx_mode & S_IFMT) == S_IFCHR && status.stx_rdev_major is >= FirstPtyMajor and <= LastPtyMajor;
    }
}
