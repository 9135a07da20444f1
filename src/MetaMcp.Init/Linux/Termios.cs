using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>termios.h</summary>
[CHeader("termios.h")]
internal static unsafe partial class Libc
{
    public const uint ICRNL = 0x100;
    public const uint IXON = 0x400;
    public const uint ISIG = 0x1;
    public const uint ICANON = 0x2;
    public const uint ECHO = 0x8;
    public const uint IEXTEN = 0x8000;
    public const int VTIME = 5;
    public const int VMIN = 6;
    public const int TCSANOW = 0;
    public const int TCSAFLUSH = 2;

    /// <summary><c>man 3 termios</c>, glibc's layout.</summary>
    [CName("struct termios")]
    [StructLayout(LayoutKind.Sequential)]
    public struct termios
    {
        public uint c_iflag;
        public uint c_oflag;
        public uint c_cflag;
        public uint c_lflag;
        public byte c_line;
        public fixed byte c_cc[32];
        public uint c_ispeed;
        public uint c_ospeed;
    }

    /// <summary><c>man 3 tcgetattr</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcgetattr(int fd, termios* termios_p);

    /// <summary><c>man 3 tcsetattr</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcsetattr(int fd, int optional_actions, termios* termios_p);
}
