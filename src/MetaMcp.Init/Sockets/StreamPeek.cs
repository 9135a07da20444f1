using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>One look into a stream.</summary>
internal enum PeekResult
{
    /// <summary>There are bytes, and no descriptor among them.</summary>
    Bytes,

    /// <summary>Nothing has come yet.</summary>
    Nothing,

    /// <summary>The other end is closed, or broken.</summary>
    Ended,

    /// <summary>Descriptors came with the bytes, which must not be received.</summary>
    Descriptors,
}

/// <summary>
/// Looks at what has come through a connection of a client, without receiving it. Its bytes may bring descriptors (<c>man 7 unix</c>,
/// SCM_RIGHTS), and the last close of one may block PID 1 for as long as its sender likes. Without room for them MSG_CTRUNC tells that
/// they are there, and the look ends with the bytes that brought them; so bytes that were seen without MSG_CTRUNC can be received.
/// </summary>
internal static unsafe class StreamPeek
{
    /// <summary>
    /// To be called before the first look: an urgent byte (MSG_OOB), which may bring descriptors too, then stands among the others. As it
    /// is by default, a look would pass it over, and the receipt of the bytes behind it would free it.
    /// </summary>
    public static void Prepare(int connection)
    {
        var on = 1;
        _ = setsockopt(connection, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(int));
    }

    /// <param name="connection">The descriptor.</param>
    /// <param name="room">Gets the bytes; not empty.</param>
    /// <param name="length">The number of bytes.</param>
    public static PeekResult Look(int connection, Span<byte> room, out int length)
    {
        length = 0;
        fixed (byte* start = room)
        {
            iovec part = new() { iov_base = start, iov_len = (nuint)room.Length };
            msghdr message = new() { msg_iov = &part, msg_iovlen = 1 };
            var count = recvmsg(connection, &message, MSG_DONTWAIT | MSG_PEEK);
            if (count < 0)
                return LastError.Number is Errno.EAGAIN or Errno.EINTR or Errno.ENOMEM or Errno.ENOBUFS
                    ? PeekResult.Nothing : PeekResult.Ended;
            if ((message.msg_flags & MSG_CTRUNC) != 0)
                return PeekResult.Descriptors;
            length = (int)count;
            return count == 0 ? PeekResult.Ended : PeekResult.Bytes;
        }
    }

    /// <summary>Whether something has come that was not received, bytes or the end.</summary>
    public static bool HasInput(int connection)
    {
        pollfd readable = new() { fd = connection, events = POLLIN };
        return poll(&readable, 1, 0) > 0;
    }

    /// <summary>Receives bytes that a look has just shown.</summary>
    public static bool Take(int connection, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return recv(connection, start, (nuint)bytes.Length, MSG_DONTWAIT) == bytes.Length;
    }
}
