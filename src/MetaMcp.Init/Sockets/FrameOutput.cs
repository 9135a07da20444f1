using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// The lines for one client. The kernel takes some 200 KB for a client that does not read; of the rest a limited number of bytes waits
/// here, and a client that is further behind is dropped.
/// </summary>
internal sealed unsafe class FrameOutput
{
    /// <summary>As long as one line may be.</summary>
    private const int Most = 65536;

    private byte[] _waiting = [];

    /// <summary>Whether bytes wait for the client to read.</summary>
    public bool IsBlocked => Waiting > 0;

    /// <summary>The bytes that wait.</summary>
    public int Waiting => _waiting.Length;

    /// <summary>False if the client is gone, or reads too slowly: then its connection is to be closed.</summary>
    public bool Send(int connection, ReadOnlySpan<byte> line)
    {
        if (IsBlocked)
        {
            if (_waiting.Length + line.Length > Most)
                return false;
            _waiting = [.. _waiting, .. line];
            return true;
        }
        if (!TrySend(connection, line, out var sent))
            return false;
        if (sent < line.Length)
            _waiting = line[sent..].ToArray();
        return true;
    }

    /// <summary>The client has read: sends more of what waits. False as above.</summary>
    public bool Continue(int connection)
    {
        if (!TrySend(connection, _waiting, out var sent))
            return false;
        _waiting = _waiting[sent..];
        return true;
    }

    private static bool TrySend(int connection, ReadOnlySpan<byte> bytes, out int sent)
    {
        nint count;
        fixed (byte* start = bytes)
            count = send(connection, start, (nuint)bytes.Length, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent = (int)Math.Max(0, count);
        // ENOMEM and ENOBUFS: the kernel has no room at present.
        return count >= 0 || LastError.Number is Errno.EAGAIN or Errno.EINTR or Errno.ENOMEM or Errno.ENOBUFS;
    }
}
