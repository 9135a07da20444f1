using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/utsname.h</summary>
[CHeader("sys/utsname.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 2 uname</c>: texts that end with a zero.</summary>
    [CName("struct utsname")]
    [StructLayout(LayoutKind.Sequential)]
    public struct utsname
    {
        public fixed byte sysname[65];
        public fixed byte nodename[65];
        public fixed byte release[65];
        public fixed byte version[65];
        public fixed byte machine[65];
        public fixed byte domainname[65];
    }

    /// <summary><c>man 2 uname</c></summary>
    [LibraryImport(Name, EntryPoint = "uname", SetLastError = true)]
    public static partial int get_uname(utsname* buf);
}
