using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/fsuid.h</summary>
[CHeader("sys/fsuid.h")]
internal static partial class Libc
{
    /// <summary><c>man 2 setfsuid</c>: of this thread alone. Answers the one before and reports no failure.</summary>
    [LibraryImport(Name)]
    public static partial int setfsuid(uint fsuid);

    /// <summary><c>man 2 setfsgid</c>: the same.</summary>
    [LibraryImport(Name)]
    public static partial int setfsgid(uint fsgid);
}
