using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/random.h</summary>
[CHeader("sys/random.h")]
internal static unsafe partial class Libc
{
    public const uint GRND_NONBLOCK = 1;

    /// <summary>Since Linux 5.6.</summary>
    public const uint GRND_INSECURE = 4;

    /// <summary>
    /// <c>man 2 getrandom</c>: up to 256 bytes come whole. The framework's generators would load OpenSSL, and with it a
    /// second C library, into a static program, which crashes.
    /// </summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint getrandom(void* buf, nuint buflen, uint flags);
}
