using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/prctl.h</summary>
[CHeader("sys/prctl.h")]
internal static unsafe partial class Libc
{
    public const int PR_SET_PDEATHSIG = 1;
    public const int PR_SET_CHILD_SUBREAPER = 36;

    /// <summary><c>man 2 prctl</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
