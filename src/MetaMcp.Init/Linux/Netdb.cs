using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>netdb.h, arpa/inet.h</summary>
[CHeader("netdb.h")]
[CHeader("arpa/inet.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 3 getaddrinfo</c></summary>
    [CName("struct addrinfo")]
    [StructLayout(LayoutKind.Sequential)]
    public struct addrinfo
    {
        public int ai_flags;
        public int ai_family;
        public int ai_socktype;
        public int ai_protocol;
        public uint ai_addrlen;
        public void* ai_addr;
        public byte* ai_canonname;
        public addrinfo* ai_next;
    }

    /// <summary>
    /// <c>man 3 getaddrinfo</c>. Linked statically it still reads /etc/hosts and asks the servers of /etc/resolv.conf; other sources
    /// of nsswitch.conf are ignored. Returns its own error numbers, not errno; blocks until the resolver gives up.
    /// </summary>
    [LibraryImport(Name)]
    public static partial int getaddrinfo(byte* node, byte* service, addrinfo* hints, addrinfo** res);

    /// <summary><c>man 3 gai_strerror</c></summary>
    [LibraryImport(Name)]
    public static partial byte* gai_strerror(int errcode);

    /// <summary><c>man 3 inet_pton</c>: 1 if the text is an address of the family.</summary>
    [LibraryImport(Name)]
    public static partial int inet_pton(int af, byte* src, void* dst);
}
