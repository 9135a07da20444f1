using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Events;
using MetaMcp.Init.Sockets;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>The descriptors of launches: watches, writes and closes them.</summary>
internal sealed class LaunchLinks(DescriptorWatch watch, ConnectionDisposal disposal)
{
    private readonly ClientLinks _clients = new(watch, disposal, Source.LaunchConnection);

    /// <summary>False if the connection is to be given up.</summary>
    public bool Send(LaunchConnection launch, InitFrame frame) => _clients.Send(launch, LaunchFrames.Encode(frame));

    /// <summary>The same for a line.</summary>
    public bool Send(LaunchConnection launch, ReadOnlySpan<byte> line) => _clients.Send(launch, line);

    /// <summary>Watches the connection for what it needs now.</summary>
    public void Watch(LaunchConnection launch) => _clients.Watch(launch);

    /// <summary>Calls when the process of a pidfd has ended, and goes on until it is unwatched.</summary>
    public void WatchEnd(int descriptor, Action ended) => watch.Add(
        descriptor,
        Source.LaunchProcess,
        () =>
        {
            // The event may be one of a descriptor that had this number before.
            if (PinnedProcess.HasEnded(descriptor))
                ended();
        });

    public void Unwatch(int descriptor) => watch.Remove(descriptor);

    /// <summary>The connection is over; the pidfds stay.</summary>
    public void Disconnect(LaunchConnection launch) => _clients.Disconnect(launch);

    /// <summary>Closes everything of the launch.</summary>
    public void Close(LaunchConnection launch)
    {
        Disconnect(launch);
        launch.ShimDescriptor = ClosePinned(launch.ShimDescriptor);
        launch.ClientDescriptor = ClosePinned(launch.ClientDescriptor);
        launch.MainDescriptor = ClosePinned(launch.MainDescriptor);
    }

    /// <returns>-1</returns>
    public int ClosePinned(int descriptor)
    {
        if (descriptor < 0)
            return -1;
        watch.Remove(descriptor);
        _ = close(descriptor);
        return -1;
    }
}
