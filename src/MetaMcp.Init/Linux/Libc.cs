using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Linux;

/// <summary>
/// The C library, bound directly: one file per C header, native names, the manual page above each import.
/// Layouts and constants are those of glibc on x86-64 and arm64 and are proven against the headers by a test.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    /// <summary>The error of the last call on this thread; valid right after a call that failed.</summary>
    public static Errno LastError => new(Marshal.GetLastPInvokeError());
}
