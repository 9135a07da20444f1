using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>time.h</summary>
[CHeader("time.h")]
internal static unsafe partial class Libc
{
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_BOOTTIME = 7;

    /// <summary><c>man 3 timespec</c></summary>
    [CName("struct timespec")]
    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }

    /// <summary><c>man 2 clock_gettime</c></summary>
    [LibraryImport(Name)]
    public static partial int clock_gettime(int clockid, timespec* tp);
}
