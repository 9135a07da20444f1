using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>The descriptors of launches: watches, writes and closes them.</summary>
internal sealed class LaunchLinks(DescriptorWatch watch, ConnectionDisposal disposal)
{
    /// <summary>False if the connection is to be given up.</summary>
    public bool Send(LaunchConnection launch, InitFrame frame) => Send(launch, LaunchFrames.Encode(frame));

    /// <summary>The same for a line.</summary>
    public bool Send(LaunchConnection launch, ReadOnlySpan<byte> line)
    {
        if (launch.Descriptor < 0)
            return true;
        var isSent = launch.Output.Send(launch.Descriptor, line);
        Watch(launch);
        return isSent;
    }

    /// <summary>Watches the connection for what it needs now.</summary>
    public void Watch(LaunchConnection launch)
    {
        if (launch.Descriptor < 0 || launch.Ready is not { } ready)
            return;
        var events = (launch.IsPaused ? 0 : EPOLLIN) | (launch.Output.IsBlocked ? EPOLLOUT : 0);
        if (launch.Watched == events)
            return;
        if (launch.Watched != 0)
            watch.Remove(launch.Descriptor);
        launch.Watched = 0;
        if (events != 0)
            watch.Add(launch.Descriptor, Source.LaunchConnection, ready, events);
        launch.Watched = events;
    }

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
    public void Disconnect(LaunchConnection launch)
    {
        if (launch.Descriptor < 0)
            return;
        watch.Remove(launch.Descriptor);
        var descriptor = launch.Descriptor;
        (launch.Descriptor, launch.Watched, launch.Due) = (-1, 0, Instant.Never);
        disposal.Close(descriptor);
    }

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
