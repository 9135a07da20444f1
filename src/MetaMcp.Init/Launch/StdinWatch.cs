using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// Notices that the client has closed the server's stdin, which is how MCP asks a server to leave, and reads nothing from it: a pipe
/// reports POLLHUP when the last writer is gone, a socket (Node) POLLRDHUP or POLLHUP. Files and /dev/null report neither.
/// </summary>
internal sealed class StdinWatch
{
    /// <summary>POLLHUP and POLLERR come without being asked for.</summary>
    public const short Events = POLLRDHUP;

    /// <summary>The descriptor for <c>poll</c>; -1 when it is done: a stream that was closed reports that for ever.</summary>
    public int Descriptor { get; private set; }

    public bool IsClosed { get; private set; }

    public void Take(short revents)
    {
        if (revents == 0)
            return;
        IsClosed = (revents & (POLLHUP | POLLRDHUP)) != 0;
        Descriptor = -1;
    }

    /// <summary>The server has ended, so its stdin does not matter any more.</summary>
    public void Stop() => Descriptor = -1;
}
