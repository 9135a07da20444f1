using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>stdlib.h</summary>
[CHeader("stdlib.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 3 setenv</c>: copies both.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setenv(byte* name, byte* value, int overwrite);
}
