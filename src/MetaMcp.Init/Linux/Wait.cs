using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/wait.h</summary>
[CHeader("sys/wait.h")]
internal static unsafe partial class Libc
{
    public const int P_ALL = 0;
    public const int P_PID = 1;
    public const int P_PIDFD = 3;

    public const int WNOHANG = 1;
    public const int WSTOPPED = 2;
    public const int WEXITED = 4;
    public const int WCONTINUED = 8;
    public const int WNOWAIT = 0x01000000;

    public const int CLD_EXITED = 1;
    public const int CLD_KILLED = 2;
    public const int CLD_DUMPED = 3;
    public const int CLD_STOPPED = 5;
    public const int CLD_CONTINUED = 6;

    /// <summary>The part of <c>siginfo_t</c> that <c>waitid</c> fills in (<c>man 2 sigaction</c>): 128 bytes in all.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct siginfo_t
    {
        public int si_signo;
        public int si_errno;
        public int si_code;
        private readonly int __pad0;
        public int si_pid;
        public int si_uid;
        public int si_status;
    }

    /// <summary><c>man 2 waitid</c>. With WNOHANG and nothing to report it succeeds and leaves si_pid 0.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int waitid(int idtype, uint id, siginfo_t* infop, int options);
}
