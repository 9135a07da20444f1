using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>poll.h</summary>
[CHeader("poll.h")]
internal static unsafe partial class Libc
{
    public const short POLLIN = 0x001;
    public const short POLLOUT = 0x004;
    public const short POLLERR = 0x008;
    public const short POLLHUP = 0x010;
    public const short POLLNVAL = 0x020;

    /// <summary>The peer of a stream socket has closed it, or will write no more.</summary>
    public const short POLLRDHUP = 0x2000;

    /// <summary><c>man 2 poll</c></summary>
    [CName("struct pollfd")]
    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    /// <summary><c>man 2 poll</c>: the timeout is in milliseconds, -1 for ever.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int poll(pollfd* fds, nuint nfds, int timeout);
}
