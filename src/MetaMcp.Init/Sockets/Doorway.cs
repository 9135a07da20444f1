using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// Takes the connections of one socket, one a step. If there is no descriptor for a connection, the socket rests for a moment, since it
/// would stay readable.
/// </summary>
/// <param name="socket">The socket.</param>
/// <param name="source">The kind of the socket.</param>
/// <param name="watch">Calls when there is a connection.</param>
/// <param name="disposal">Closes connections.</param>
/// <param name="prepare">Allocates everything that is needed for one more connection; it is called before the connection is taken.</param>
/// <param name="take">Takes the connection.</param>
internal sealed unsafe class Doorway(
    ListeningSocket socket, Source source, DescriptorWatch watch, ConnectionDisposal disposal, Action prepare, Action<int, ucred> take)
{
    /// <summary>Connections that wait for their close: beyond these, none is taken.</summary>
    private const int MostToClose = 256;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>When <see cref="Open"/> has something to do.</summary>
    public Instant Due { get; private set; } = new(0);

    /// <summary>Takes clients, from the beginning and after a rest.</summary>
    public void Open(Instant now)
    {
        if (now < Due)
            return;
        watch.Add(socket.Descriptor, source, TakeOne);
        Due = Instant.Never;
    }

    private bool TakeOne()
    {
        prepare();
        if (disposal.Waiting >= MostToClose)
        {
            Close();
            return false;
        }
        var connection = Accept(out var error);
        if (connection < 0)
        {
            // EAGAIN: there is none. ECONNABORTED and EINTR: perhaps there is another one, which the next turn finds.
            if (error.IsShortage || error.Number == Errno.ENOBUFS)
                Close();
            return false;
        }
        StreamPeek.Prepare(connection);
        ucred peer;
        var length = (uint)sizeof(ucred);
        if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
            disposal.Close(connection);
        else
            take(connection, peer);
        return true;
    }

    private int Accept(out Errno error)
    {
        using var kept = DescriptorLimit.Reserve();
        var connection = accept4(socket.Descriptor, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        error = connection < 0 ? LastError : Errno.None;
        return connection;
    }

    private void Close()
    {
        watch.Remove(socket.Descriptor);
        Due = MonotonicClock.Now + Rest;
    }
}
