using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Probing;

/// <summary>
/// One connection; every wait ends by the deadline. If it is the only one, the descriptor is not closed by hand: the process that
/// probes ends right after.
/// </summary>
internal readonly unsafe struct Connection
{
    private readonly int _socket;
    private readonly Deadline _deadline;

    private Connection(int socket, Deadline deadline) => (_socket, _deadline) = (socket, deadline);

    /// <summary>Tries each address in turn; the error of the last one is reported.</summary>
    public static Connection Open(List<SocketAddress> addresses, Deadline deadline)
    {
        var error = Errno.None;
        foreach (var address in addresses)
        {
            error = Open(address, deadline, out var connection);
            if (error.IsSuccess)
                return connection;
            if (deadline.Passed)
                break;
        }
        throw new ProbeFailedException(error.IsSuccess ? "the name has no address" : Describe(error));
    }

    /// <summary>
    /// Connects to a Unix socket. With a full backlog a non-blocking connect fails at once and cannot be polled, so this connect
    /// blocks, up to SO_SNDTIMEO.
    /// </summary>
    public static void OpenUnix(SocketAddress address, Deadline deadline)
    {
        var socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0)
            throw new ProbeFailedException(Describe(Libc.LastError));
        var left = deadline.Left;
        // Zero would mean no limit at all.
        var limit = new Libc.timeval
        {
            tv_sec = left.Ticks / TimeSpan.TicksPerSecond,
            tv_usec = Math.Max(left.Ticks % TimeSpan.TicksPerSecond / 10, 1),
        };
        _ = Libc.setsockopt(socket, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, &limit, (uint)sizeof(Libc.timeval));
        if (Libc.connect(socket, &address.Storage, address.Length) < 0)
        {
            var error = Libc.LastError;
            throw new ProbeFailedException(error.Number == Errno.EAGAIN ? "timed out: the backlog is full" : Describe(error));
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (nint sent = 0; sent < bytes.Length;)
            {
                var count = Libc.send(_socket, start + sent, (nuint)(bytes.Length - sent), Libc.MSG_NOSIGNAL);
                if (count >= 0)
                    sent += count;
                else if (!WaitAfter(Libc.LastError, Libc.POLLOUT))
                    throw new ProbeFailedException("timed out while sending the request");
            }
        }
    }

    /// <summary>Receives at least one byte; 0 is the end of the stream.</summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                // Checked before each receive: a server that sends without end must not keep the probe going.
                if (_deadline.Passed)
                    throw new ProbeFailedException("timed out: connected, but no answer");
                var count = Libc.recv(_socket, start, (nuint)buffer.Length, 0);
                if (count >= 0)
                    return (int)count;
                if (!WaitAfter(Libc.LastError, Libc.POLLIN))
                    throw new ProbeFailedException("timed out: connected, but no answer");
            }
        }
    }

    public void Close() => _ = Libc.close(_socket);

    private static Errno Open(SocketAddress address, Deadline deadline, out Connection connection)
    {
        connection = default;
        var socket = Libc.socket(address.Family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (socket < 0)
            return Libc.LastError;
        if (Libc.connect(socket, &address.Storage, address.Length) < 0)
        {
            var error = Libc.LastError;
            if (error.Number == Errno.EINPROGRESS)
                error = Poll(socket, Libc.POLLOUT, deadline) ? Outcome(socket) : new Errno(Errno.ETIMEDOUT);
            if (!error.IsSuccess)
            {
                _ = Libc.close(socket);
                return error;
            }
        }
        connection = new Connection(socket, deadline);
        return Errno.None;
    }

    private static Errno Outcome(int socket)
    {
        var error = 0;
        var length = (uint)sizeof(int);
        return Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length) < 0 ? Libc.LastError : new Errno(error);
    }

    private bool WaitAfter(Errno error, short events) => error.Number switch
    {
        Errno.EAGAIN => Poll(_socket, events, _deadline),
        Errno.EINTR => !_deadline.Passed,
        _ => throw new ProbeFailedException(Describe(error)),
    };

    private static bool Poll(int socket, short events, Deadline deadline)
    {
        var entry = new Libc.pollfd { fd = socket, events = events };
        while (true)
        {
            var ready = Libc.poll(&entry, 1, deadline.PollTimeout);
            if (ready > 0)
                return true;
            if (deadline.Passed)
                return false;
        }
    }

    private static string Describe(Errno error) => error.ToString();
}
