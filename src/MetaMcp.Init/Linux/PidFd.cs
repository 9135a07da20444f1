using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/pidfd.h</summary>
[CHeader("sys/pidfd.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 2 pidfd_open</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int pidfd_open(int pid, uint flags);

    /// <summary>
    /// <c>man 2 pidfd_send_signal</c>: reaches only the process that the pidfd was opened for, not a later one with its pid.
    /// </summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int pidfd_send_signal(int pidfd, int sig, siginfo_t* info, uint flags);
}
