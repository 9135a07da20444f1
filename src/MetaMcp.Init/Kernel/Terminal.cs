using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>The terminal on descriptor 0, where it is the one that controls our session.</summary>
internal static class Terminal
{
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
}
