using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/random.h</summary>
[CHeader("sys/random.h")]
internal static unsafe partial class Libc
{
    /// <summary>
    /// <c>man 2 getrandom</c>: up to 256 bytes come whole. The framework's generators would load OpenSSL, and with it a
    /// second C library, into a static program, which crashes.
    /// </summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint getrandom(void* buf, nuint buflen, uint flags);
}
