using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Sockets;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Serving;

/// <summary>The socket that clients connect to.</summary>
internal static unsafe class ListeningDescriptor
{
    private const int Backlog = 64;

    /// <summary>Non-blocking; null with a sentence that says what to do.</summary>
    public static int? Open(ListenAddress address, out string problem)
    {
        problem = "";
        if (address.Path is { } path)
            return OpenFile(path, out problem);
        // All addresses: one socket takes both kinds where the machine has IPv6.
        if (address.Host.Length == 0 && Open("::", address, out problem) is { } both)
            return both;
        var host = address.Host switch { "" => "0.0.0.0", "localhost" => "127.0.0.1", var digits => digits };
        return Open(host, address, out problem);
    }

    private static int? Open(string host, ListenAddress address, out string problem)
    {
        problem = $"{address.Host} is no address";
        if (SocketAddress.FromDigits(host, address.Port) is not { } at)
            return null;
        return Listen(at, descriptor =>
        {
            var yes = 1;
            // Connections of a server that was killed a moment ago keep the port for a minute.
            _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(int));
            // :: alone is both kinds (the machine's default may be another); an IPv6 address is itself.
            var only = host == "::" && address.Host.Length == 0 ? 0 : 1;
            if (at.Family == AF_INET6)
                _ = setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(int));
        }, $"{address}", out problem);
    }

    private static int? OpenFile(string path, out string problem)
    {
        if (SocketAddress.FromPath(path) is not { } at)
        {
            problem = $"unix:{path} is longer than the {SocketAddress.MostPath} bytes of a socket's path";
            return null;
        }
        // A file that a killed server has left would keep the next one from its place.
        if (!SocketAddress.IsAbstract(path))
            ListeningSocket.RemoveStale(at, path);
        return Listen(at, _ => { }, $"unix:{path}", out problem);
    }

    private static int? Listen(SocketAddress at, Action<int> prepare, string shown, out string problem)
    {
        problem = "";
        var descriptor = socket(at.Family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        var error = descriptor < 0 ? LastError : Errno.None;
        if (descriptor >= 0)
        {
            prepare(descriptor);
            if (bind(descriptor, &at.Storage, at.Length) == 0 && listen(descriptor, Backlog) == 0)
                return descriptor;
            error = LastError;
            _ = close(descriptor);
        }
        problem = error.Number switch
        {
            Errno.EADDRINUSE => $"{shown} is taken by another program; stop it, or choose another address in [serve] listen",
            EADDRNOTAVAIL => $"{shown} is no address of this container; :PORT is all of them",
            Errno.EACCES => $"{shown} may not be used by this user; choose a port from 1024 on, or a directory that the user may write to",
            _ => $"{shown}: {error}",
        };
        return null;
    }

    private const int EADDRNOTAVAIL = 99;
}
