using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/fsuid.h</summary>
[CHeader("sys/fsuid.h")]
internal static partial class Libc
{
    /// <summary><c>man 2 setfsuid</c>: for this thread only. Returns the former id and reports no failure.</summary>
    [LibraryImport(Name)]
    public static partial int setfsuid(uint fsuid);

    /// <summary><c>man 2 setfsgid</c>: the same.</summary>
    [LibraryImport(Name)]
    public static partial int setfsgid(uint fsgid);
}
