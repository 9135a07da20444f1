using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>The runtime's own native part, linked in beside libc: the one way to reach <c>environ</c>, which is data.</summary>
internal static unsafe partial class Libc
{
    /// <summary><c>man 7 environ</c></summary>
    [LibraryImport("libSystem.Native")]
    public static partial byte** SystemNative_GetEnviron();
}
