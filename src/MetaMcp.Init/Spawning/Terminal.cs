using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>The terminal on descriptor 0, where it is the one that controls our session.</summary>
internal static class Terminal
{
    /// <summary>UNIX 98 pseudo-terminals (<c>devices.txt</c> of the kernel): a container's is one of these.</summary>
    private const uint FirstPtyMajor = 136, LastPtyMajor = 143;

    /// <summary>
    /// True where our group holds the foreground, so that it is ours to give. A background job of an interactive shell must
    /// not take the keyboard away from it. Without a terminal tcgetpgrp fails with ENOTTY, without descriptor 0 with EBADF.
    /// </summary>
    public static bool IsOurs => tcgetpgrp(0) is var foreground && foreground >= 0 && foreground == getpgrp();

    /// <summary>True where this process group holds the foreground.</summary>
    public static bool IsOf(int group) => tcgetpgrp(0) == group;

    /// <summary>Takes the foreground back after the child had it; SIGTTOU is blocked, so this cannot stop us.</summary>
    public static void TakeBack() => GiveTo(getpgrp());

    /// <summary>Refused (EPERM) where the group is of another session.</summary>
    public static void GiveTo(int group) => _ = tcsetpgrp(0, group);

    /// <summary>
    /// Lets go of the terminal that controls our session, so that the session of a child can have it (<c>man 2 TIOCNOTTY</c>). Only
    /// its leader can, which PID 1 of <c>docker run -t</c> is. The kernel sends SIGHUP and SIGCONT to the foreground group, ours, in our
    /// own name, which <see cref="SignalQueue"/> passes over. Any other terminal than a pty would be hung up for us as well when the
    /// child's session ends.
    /// </summary>
    public static bool TryLetGo() =>
        getsid(0) == getpid() && IsOurs && IsPty() && ioctl(0, TIOCNOTTY, 0) == 0;

    /// <summary>
    /// Takes it back when the child has ended: Ctrl-C is ours again. Where a process that the child left behind has taken it in a
    /// session of its own (EPERM), it stays there.
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
