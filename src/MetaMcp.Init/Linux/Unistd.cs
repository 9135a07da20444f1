using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>unistd.h</summary>
internal static unsafe partial class Libc
{
    /// <summary><c>man 2 getpid</c></summary>
    [LibraryImport(Name)]
    public static partial int getpid();

    /// <summary><c>man 2 close</c>. Linux has closed the descriptor even where it reports EINTR: never repeat.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int close(int fd);
}
