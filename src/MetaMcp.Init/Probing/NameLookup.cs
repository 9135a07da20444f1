using System.Runtime.InteropServices;
using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Probing;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Probing;

/// <summary>
/// Turns a host into the addresses to try, in order. Digits and <c>localhost</c> are not given to the resolver: in an empty root
/// glibc's resolver fails even for <c>localhost</c>, and it has no deadline.
/// </summary>
internal static unsafe class NameLookup
{
    public static List<SocketAddress> Find(HostAndPort address, Deadline deadline)
    {
        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return
            [
                SocketAddress.FromDigits("127.0.0.1", address.Port)!.Value,
                SocketAddress.FromDigits("::1", address.Port)!.Value,
            ];
        }
        return SocketAddress.FromDigits(address.Host, address.Port) is { } digits ? [digits] : Ask(address, deadline);
    }

    // The resolver blocks for as long as resolv.conf says. A probe is a process of its own with one purpose, so it may end by its
    // deadline while a thread still waits.
    private static List<SocketAddress> Ask(HostAndPort address, Deadline deadline)
    {
        var found = new List<SocketAddress>();
        string? error = null;
        var resolver = new Thread(() => error = Resolve(address, found), 256 * 1024) { IsBackground = true };
        resolver.Start();
        if (!resolver.Join(deadline.PollTimeout))
            throw new ProbeFailedException($"the name {address.Host} was not resolved in time");
        return error is null ? found : throw new ProbeFailedException($"the name {address.Host} was not resolved: {error}");
    }

    private static string? Resolve(HostAndPort address, List<SocketAddress> found)
    {
        var hints = new Libc.addrinfo { ai_socktype = Libc.SOCK_STREAM };
        Libc.addrinfo* first = null;
        fixed (byte* node = SocketAddress.Utf8(address.Host), service = SocketAddress.Utf8($"{address.Port}"))
        {
            var error = Libc.getaddrinfo(node, service, &hints, &first);
            if (error != 0)
                return Marshal.PtrToStringUTF8((nint)Libc.gai_strerror(error));
        }
        // The list is never freed: the process ends in a moment.
        Copy(first, found);
        return null;
    }

    private static void Copy(Libc.addrinfo* entry, List<SocketAddress> found)
    {
        for (; entry is not null; entry = entry->ai_next)
        {
            if (entry->ai_addrlen > sizeof(Libc.sockaddr_storage))
                continue;
            var result = new SocketAddress { Length = entry->ai_addrlen };
            Buffer.MemoryCopy(entry->ai_addr, &result.Storage, sizeof(Libc.sockaddr_storage), entry->ai_addrlen);
            found.Add(result);
        }
    }
}
