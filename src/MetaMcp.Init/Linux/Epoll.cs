using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/epoll.h</summary>
[CHeader("sys/epoll.h")]
internal static unsafe partial class Libc
{
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;

    public const uint EPOLLIN = 0x001;
    public const uint EPOLLPRI = 0x002;
    public const uint EPOLLOUT = 0x004;
    public const uint EPOLLERR = 0x008;
    public const uint EPOLLHUP = 0x010;

    /// <summary><c>man 2 epoll_ctl</c>. Packed on x86-64 only, so that 32-bit programs saw the same layout.</summary>
    [CName("struct epoll_event", OnlyOn = "__x86_64__")]
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct epoll_event_packed
    {
        public uint events;
        public ulong data;
    }

    /// <summary>The same record on arm64, whose ABI aligns it.</summary>
    [CName("struct epoll_event", OnlyOn = "__aarch64__")]
    [StructLayout(LayoutKind.Sequential)]
    public struct epoll_event_aligned
    {
        public uint events;
        public ulong data;
    }

    /// <summary><c>man 2 epoll_create1</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    /// <summary><c>man 2 epoll_ctl</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_ctl(int epfd, int op, int fd, void* @event);

    /// <summary><c>man 2 epoll_wait</c>: the timeout is in milliseconds, -1 for ever.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_wait(int epfd, void* events, int maxevents, int timeout);
}
