using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/auxv.h</summary>
[CHeader("sys/auxv.h")]
internal static unsafe partial class Libc
{
    public const int AT_EXECFN = 31;

    /// <summary><c>man 3 getauxval</c></summary>
    [LibraryImport(Name)]
    public static partial nuint getauxval(nuint type);
}
