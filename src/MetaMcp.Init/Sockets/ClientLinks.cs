using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>The connections of clients: watches, writes and closes them.</summary>
/// <param name="watch">Calls when a connection is ready.</param>
/// <param name="disposal">Closes connections.</param>
/// <param name="source">The kind of the connections.</param>
internal sealed class ClientLinks(DescriptorWatch watch, ConnectionDisposal disposal, Source source)
{
    /// <summary>False if the connection is to be given up.</summary>
    public bool Send(Client client, ReadOnlySpan<byte> line)
    {
        if (client.Descriptor < 0)
            return true;
        var isSent = client.Output.Send(client.Descriptor, line);
        Watch(client);
        return isSent;
    }

    /// <summary>Watches the connection for the events that it needs now.</summary>
    public void Watch(Client client)
    {
        if (client.Descriptor < 0 || client.Ready is not { } ready)
            return;
        var events = (client.IsPaused ? 0 : EPOLLIN) | (client.Output.IsBlocked || client.HasMore ? EPOLLOUT : 0);
        if (client.Watched == events)
            return;
        if (client.Watched != 0)
            watch.Remove(client.Descriptor);
        client.Watched = 0;
        if (events != 0)
            watch.Add(client.Descriptor, source, ready, events);
        client.Watched = events;
    }

    /// <summary>The connection is over.</summary>
    public void Disconnect(Client client)
    {
        if (Release(client) is >= 0 and var descriptor)
            disposal.Close(descriptor);
    }

    /// <summary>The connection is no concern of this client any more.</summary>
    /// <returns>The descriptor, which is watched no more; -1 if it was closed before.</returns>
    public int Release(Client client)
    {
        if (client.Descriptor < 0)
            return -1;
        watch.Remove(client.Descriptor);
        var descriptor = client.Descriptor;
        (client.Descriptor, client.Watched, client.Due) = (-1, 0, Instant.Never);
        return descriptor;
    }
}
