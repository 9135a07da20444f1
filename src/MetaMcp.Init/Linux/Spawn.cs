using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>
/// spawn.h. <c>posix_spawn</c> runs no managed code between fork and exec, so it is the only safe way to start a process from here.
/// All its functions return the error instead of setting errno.
/// </summary>
[CHeader("spawn.h")]
internal static unsafe partial class Libc
{
    public const short POSIX_SPAWN_SETPGROUP = 0x02;
    public const short POSIX_SPAWN_SETSIGDEF = 0x04;
    public const short POSIX_SPAWN_SETSIGMASK = 0x08;
    public const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Opaque; glibc's size on both 64-bit targets.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 336)]
    public struct posix_spawnattr_t
    {
        private readonly long __opaque;
    }

    /// <summary>Opaque; glibc's size on both 64-bit targets.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 80)]
    public struct posix_spawn_file_actions_t
    {
        private readonly long __opaque;
    }

    /// <summary><c>man 3 posix_spawn</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn(
        int* pid, byte* path, posix_spawn_file_actions_t* actions, posix_spawnattr_t* attr, byte** argv, byte** envp);

    /// <summary><c>man 3 posix_spawnp</c>: searches PATH of our own environment.</summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnp(
        int* pid, byte* file, posix_spawn_file_actions_t* actions, posix_spawnattr_t* attr, byte** argv, byte** envp);

    /// <summary><c>man 3 posix_spawnattr_init</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_init(posix_spawnattr_t* attr);

    /// <summary><c>man 3 posix_spawnattr_destroy</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_destroy(posix_spawnattr_t* attr);

    /// <summary><c>man 3 posix_spawnattr_setflags</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setflags(posix_spawnattr_t* attr, short flags);

    /// <summary><c>man 3 posix_spawnattr_setpgroup</c>: 0 makes the child the leader of a group of its own.</summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setpgroup(posix_spawnattr_t* attr, int pgroup);

    /// <summary><c>man 3 posix_spawnattr_setsigmask</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigmask(posix_spawnattr_t* attr, sigset_t* sigmask);

    /// <summary><c>man 3 posix_spawnattr_setsigdefault</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigdefault(posix_spawnattr_t* attr, sigset_t* sigdefault);

    /// <summary><c>man 3 posix_spawn_file_actions_init</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_init(posix_spawn_file_actions_t* actions);

    /// <summary><c>man 3 posix_spawn_file_actions_destroy</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t* actions);

    /// <summary>
    /// <c>man 3 posix_spawn_file_actions_adddup2</c>. If both numbers are the same, glibc clears FD_CLOEXEC.
    /// </summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t* actions, int fd, int newfd);

    /// <summary><c>man 3 posix_spawn_file_actions_addchdir_np</c></summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t* actions, byte* path);

    /// <summary>
    /// glibc 2.35: the child makes its process group the foreground of this terminal, before exec, with SIGTTOU blocked.
    /// </summary>
    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t* actions, int fd);
}
