using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/ioctl.h</summary>
[CHeader("sys/ioctl.h")]
internal static unsafe partial class Libc
{
    public const int TIOCSCTTY = 0x540e;
    public const int TIOCNOTTY = 0x5422;

    /// <summary><c>man 2 TIOCGWINSZ</c></summary>
    public const uint TIOCGWINSZ = 0x5413;

    [CName("struct winsize")]
    [StructLayout(LayoutKind.Sequential)]
    public struct winsize
    {
        public ushort ws_row;
        public ushort ws_col;
        public ushort ws_xpixel;
        public ushort ws_ypixel;
    }

    /// <summary><c>man 2 ioctl</c>, the requests that take a number or nothing (<c>man 2 TIOCSCTTY</c>).</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);
}
