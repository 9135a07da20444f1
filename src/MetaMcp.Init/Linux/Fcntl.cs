using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>fcntl.h</summary>
[CHeader("fcntl.h")]
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_ACCMODE = 3;
    public const int O_NOCTTY = 0x100;
    public const int O_NONBLOCK = 0x800;
    public const int O_CREAT = 0x40;
    public const int O_TRUNC = 0x200;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;

    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_GETFD = 1;
    public const int F_SETFD = 2;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int FD_CLOEXEC = 1;

    /// <summary><c>man 2 open</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int open(byte* pathname, int flags, uint mode);

    /// <summary><c>man 2 openat</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int openat(int dirfd, byte* pathname, int flags, uint mode);

    /// <summary><c>man 2 fcntl</c>, the commands that take an integer.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(int fd, int cmd, nint arg);
}
