using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>stdio.h</summary>
[CHeader("stdio.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 2 rename</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int rename(byte* oldpath, byte* newpath);
}
