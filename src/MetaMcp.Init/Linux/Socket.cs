using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/socket.h, netinet/in.h, sys/un.h</summary>
[CHeader("sys/socket.h")]
[CHeader("netinet/in.h")]
[CHeader("sys/un.h")]
internal static unsafe partial class Libc
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;

    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;

    public const int SOL_SOCKET = 1;
    public const int SO_REUSEADDR = 2;
    public const int SO_ERROR = 4;
    public const int SO_OOBINLINE = 10;
    public const int SO_SNDBUF = 7;
    public const int SO_PASSCRED = 16;
    public const int SO_PEERCRED = 17;
    public const int SO_SNDTIMEO = 21;

    /// <summary>A pidfd of the process that connected (Linux 6.5; older headers do not name it).</summary>
    [CName("77")]
    public const int SO_PEERPIDFD = 77;

    public const int IPPROTO_IPV6 = 41;

    /// <summary><c>man 7 ipv6</c>: without it a socket of <c>::</c> takes IPv4 as well.</summary>
    public const int IPV6_V6ONLY = 26;

    /// <summary>If the peer is gone the call fails; without this flag SIGPIPE would end the process.</summary>
    public const int MSG_MORE = 0x8000;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_DONTWAIT = 0x40;

    /// <summary>The message stays where it is; descriptors that come with it are neither taken nor closed.</summary>
    public const int MSG_PEEK = 0x2;

    /// <summary>There was more ancillary data than room for it.</summary>
    public const int MSG_CTRUNC = 0x8;

    public const int SHUT_RD = 0;
    public const int SHUT_WR = 1;
    public const int SHUT_RDWR = 2;

    /// <summary><c>man 7 ip</c>: port and address in network order.</summary>
    [CName("struct sockaddr_in")]
    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_in
    {
        public ushort sin_family;
        public ushort sin_port;
        public uint sin_addr;
        public fixed byte sin_zero[8];
    }

    /// <summary><c>man 7 ipv6</c>: port and address in network order.</summary>
    [CName("struct sockaddr_in6")]
    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_in6
    {
        public ushort sin6_family;
        public ushort sin6_port;
        public uint sin6_flowinfo;
        public fixed byte sin6_addr[16];
        public uint sin6_scope_id;
    }

    /// <summary><c>man 7 unix</c></summary>
    [CName("struct sockaddr_un")]
    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_un
    {
        public const int PathLength = 108;

        public ushort sun_family;
        public fixed byte sun_path[PathLength];
    }

    /// <summary>Room for the address of any family (<c>man 3 sockaddr_storage</c>).</summary>
    [CName("struct sockaddr_storage")]
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct sockaddr_storage
    {
        public ushort ss_family;
        private readonly long __align;
    }

    /// <summary><c>man 3 timeval</c></summary>
    [CName("struct timeval")]
    [StructLayout(LayoutKind.Sequential)]
    public struct timeval
    {
        public long tv_sec;
        public long tv_usec;
    }

    /// <summary><c>man 2 socket</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    /// <summary><c>man 2 connect</c>: EINPROGRESS on a non-blocking socket; after poll reports POLLOUT, SO_ERROR has the result.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int connect(int sockfd, void* addr, uint addrlen);

    /// <summary><c>man 2 bind</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int bind(int sockfd, void* addr, uint addrlen);

    /// <summary><c>man 2 shutdown</c>: a send to a datagram socket that is shut down for reading fails with EPIPE.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int shutdown(int sockfd, int how);

    /// <summary><c>man 2 listen</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int listen(int sockfd, int backlog);

    /// <summary><c>man 2 accept</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int accept4(int sockfd, void* addr, uint* addrlen, int flags);

    /// <summary><c>man 2 getsockname</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockname(int sockfd, void* addr, uint* addrlen);

    /// <summary><c>man 2 getsockopt</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockopt(int sockfd, int level, int optname, void* optval, uint* optlen);

    /// <summary><c>man 2 setsockopt</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int setsockopt(int sockfd, int level, int optname, void* optval, uint optlen);

    /// <summary><c>man 2 send</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint send(int sockfd, void* buf, nuint len, int flags);

    /// <summary><c>man 2 recv</c>: 0 is the end of a stream.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint recv(int sockfd, void* buf, nuint len, int flags);

    /// <summary>Ancillary data that carries the sender's credentials.</summary>
    public const int SCM_CREDENTIALS = 2;

    /// <summary><c>man 2 recvmsg</c></summary>
    [CName("struct msghdr")]
    [StructLayout(LayoutKind.Sequential)]
    public struct msghdr
    {
        public void* msg_name;
        public uint msg_namelen;
        public iovec* msg_iov;
        public nuint msg_iovlen;
        public void* msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    /// <summary><c>man 3 cmsg</c>: the head of one piece of ancillary data; its content follows, aligned to 8 bytes.</summary>
    [CName("struct cmsghdr")]
    [StructLayout(LayoutKind.Sequential)]
    public struct cmsghdr
    {
        public nuint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    /// <summary><c>man 7 unix</c></summary>
    [CName("struct ucred")]
    [StructLayout(LayoutKind.Sequential)]
    public struct ucred
    {
        public int pid;
        public uint uid;
        public uint gid;
    }

    /// <summary><c>man 2 recvmsg</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint recvmsg(int sockfd, msghdr* msg, int flags);
}
