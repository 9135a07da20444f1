using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/signalfd.h</summary>
[CHeader("sys/signalfd.h")]
internal static unsafe partial class Libc
{
    public const int SFD_CLOEXEC = 0x80000;
    public const int SFD_NONBLOCK = 0x800;

    /// <summary><c>man 2 signalfd</c>: 128 bytes a signal; the fields past the sender are not read here.</summary>
    [CName("struct signalfd_siginfo")]
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct signalfd_siginfo
    {
        public uint ssi_signo;
        public int ssi_errno;
        public int ssi_code;
        public uint ssi_pid;
        public uint ssi_uid;
    }

    /// <summary><c>man 2 signalfd</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int signalfd(int fd, sigset_t* mask, int flags);
}
