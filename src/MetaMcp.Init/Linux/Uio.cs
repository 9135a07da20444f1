using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/uio.h</summary>
[CHeader("sys/uio.h")]
internal static unsafe partial class Libc
{
    public const int RWF_NOWAIT = 0x08;

    /// <summary><c>man 3 iovec</c></summary>
    [CName("struct iovec")]
    [StructLayout(LayoutKind.Sequential)]
    public struct iovec
    {
        public void* iov_base;
        public nuint iov_len;
    }

    /// <summary><c>man 2 pwritev2</c>: with offset -1 it writes at the file's own position, as <c>writev</c> does.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pwritev2(int fd, iovec* iov, int iovcnt, long offset, int flags);
}
