using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>unistd.h</summary>
[CHeader("unistd.h")]
internal static unsafe partial class Libc
{
    public const int F_OK = 0;
    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int CLOSE_RANGE_CLOEXEC = 4;

    /// <summary><c>man 2 getpid</c></summary>
    [LibraryImport(Name)]
    public static partial int getpid();

    /// <summary><c>man 2 getppid</c></summary>
    [LibraryImport(Name)]
    public static partial int getppid();

    /// <summary><c>man 2 getpgid</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getpgid(int pid);

    /// <summary><c>man 2 close</c>. Linux has closed the descriptor even if it reports EINTR: never repeat the call.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int close(int fd);

    /// <summary><c>man 2 read</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(int fd, void* buf, nuint count);

    /// <summary><c>man 2 write</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, void* buf, nuint count);

    /// <summary><c>man 2 pipe2</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int pipe2(int* pipefd, int flags);

    /// <summary><c>man 2 dup3</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int dup3(int oldfd, int newfd, int flags);

    /// <summary><c>man 3 isatty</c>: 1 for a terminal.</summary>
    [LibraryImport(Name)]
    public static partial int isatty(int fd);

    /// <summary><c>man 3 tcgetpgrp</c>: fails with ENOTTY if the descriptor is not our controlling terminal.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcgetpgrp(int fd);

    /// <summary><c>man 3 tcsetpgrp</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcsetpgrp(int fd, int pgrp);

    /// <summary><c>man 2 getpgrp</c></summary>
    [LibraryImport(Name)]
    public static partial int getpgrp();

    /// <summary><c>man 2 execve</c>: returns only if it failed.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int execve(byte* pathname, byte** argv, byte** envp);

    /// <summary><c>man 2 access</c>, by the real user and group.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int access(byte* pathname, int mode);

    /// <summary><c>man 2 chdir</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int chdir(byte* path);

    /// <summary><c>man 2 geteuid</c></summary>
    [LibraryImport(Name)]
    public static partial uint geteuid();

    /// <summary><c>man 2 getresuid</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getresuid(uint* ruid, uint* euid, uint* suid);

    /// <summary><c>man 2 getresgid</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getresgid(uint* rgid, uint* egid, uint* sgid);

    /// <summary><c>man 2 getgroups</c>: with size 0, only the number of groups.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getgroups(int size, uint* list);

    /// <summary><c>man 2 close_range</c>: Linux 5.9; CLOSE_RANGE_CLOEXEC 5.11.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int close_range(uint first, uint last, int flags);

    /// <summary><c>man 2 getsid</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsid(int pid);

    /// <summary><c>man 2 pwrite</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pwrite(int fd, void* buf, nuint count, long offset);

    /// <summary><c>man 2 pread</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pread(int fd, void* buf, nuint count, long offset);

    /// <summary><c>man 2 setsid</c>: EPERM if we lead a process group already.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setsid();

    /// <summary><c>man 2 fchown</c>: an id of -1 stays as it is.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int fchown(int fd, uint owner, uint group);

    /// <summary><c>man 2 lchown</c>: an id of -1 stays as it is, and a link is not followed.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int lchown(byte* pathname, uint owner, uint group);

    /// <summary><c>man 2 unlink</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int unlink(byte* pathname);

    /// <summary><c>man 2 readlink</c>: the bytes of the link, without a zero.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint readlink(byte* pathname, byte* buf, nuint bufsiz);

    /// <summary><c>man 2 symlink</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int symlink(byte* target, byte* linkpath);

    /// <summary><c>man 3 getcwd</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial byte* getcwd(byte* buf, nuint size);

    /// <summary><c>man 2 rmdir</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int rmdir(byte* pathname);
}
