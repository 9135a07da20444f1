using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/ioctl.h</summary>
[CHeader("sys/ioctl.h")]
internal static unsafe partial class Libc
{
    public const int TIOCSCTTY = 0x540e;
    public const int TIOCNOTTY = 0x5422;

    /// <summary><c>man 2 ioctl</c>, the requests that take a number or nothing (<c>man 2 TIOCSCTTY</c>).</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);
}
