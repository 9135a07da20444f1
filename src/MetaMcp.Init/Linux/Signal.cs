using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>signal.h</summary>
[CHeader("signal.h")]
internal static unsafe partial class Libc
{
    public const int SIG_BLOCK = 0;
    public const int SIG_UNBLOCK = 1;
    public const int SIG_SETMASK = 2;

    /// <summary><c>man 2 sigaction</c>: the kernel sent it, and no process.</summary>
    public const int SI_KERNEL = 0x80;

    public const nint SIG_DFL = 0;
    public const nint SIG_IGN = 1;

    /// <summary>
    /// <c>man 3 sigsetops</c>: glibc's 1024 bits, of which the kernel uses the first 64; the glibc functions also make sure
    /// that its own signals 32 and 33 are never blocked.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct sigset_t
    {
        public fixed ulong __val[16];
    }

    /// <summary><c>man 2 sigaction</c>, glibc's layout.</summary>
    [CName("struct sigaction")]
    [StructLayout(LayoutKind.Sequential)]
    public struct sigaction
    {
        public nint sa_handler;
        public sigset_t sa_mask;
        public int sa_flags;
        public nint sa_restorer;
    }

    /// <summary><c>man 3 pthread_sigmask</c>: this thread's mask; returns the error itself, not through errno.</summary>
    [LibraryImport(Name)]
    public static partial int pthread_sigmask(int how, sigset_t* set, sigset_t* oldset);

    /// <summary><c>man 2 sigaction</c></summary>
    [LibraryImport(Name, EntryPoint = "sigaction", SetLastError = true)]
    public static partial int set_sigaction(int signum, sigaction* act, sigaction* oldact);

    /// <summary><c>man 2 sigpending</c>: the blocked signals that are pending for this thread or for the whole process.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigpending(sigset_t* set);

    /// <summary>
    /// <c>man 2 kill</c>: 0 is our own process group, a negative pid the group -pid, -1 every process we may signal but ourselves.
    /// </summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int kill(int pid, int sig);
}
