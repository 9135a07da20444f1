using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/resource.h</summary>
[CHeader("sys/resource.h")]
internal static unsafe partial class Libc
{
    public const int RLIMIT_DATA = 2;
    public const int RLIMIT_STACK = 3;
    public const int RLIMIT_CORE = 4;
    public const int RLIMIT_NOFILE = 7;
    public const int RLIMIT_AS = 9;
    public const ulong RLIM_INFINITY = ulong.MaxValue;

    public const int PRIO_PROCESS = 0;

    /// <summary><c>man 2 setrlimit</c></summary>
    [CName("struct rlimit")]
    [StructLayout(LayoutKind.Sequential)]
    public struct rlimit
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }

    /// <summary><c>man 2 prlimit</c>: pid 0 is the calling process.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int prlimit(int pid, int resource, rlimit* new_limit, rlimit* old_limit);

    /// <summary><c>man 2 setpriority</c>: on Linux who 0 is the calling thread, whose value exec keeps.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setpriority(int which, uint who, int prio);
}
