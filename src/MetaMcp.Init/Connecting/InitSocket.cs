using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Connecting;

/// <summary>Connects to a socket of our init, and checks the process behind it.</summary>
internal static unsafe class InitSocket
{
    /// <summary>A connected descriptor that blocks, and whose other end is our init; -1 and the reason if there is none.</summary>
    /// <param name="path">An absolute path, or <c>@NAME</c> for an abstract address.</param>
    /// <param name="patience">A connect waits for so long where too many others wait.</param>
    /// <param name="late">The reason after that time.</param>
    /// <param name="none">The reason.</param>
    /// <param name="isChosen">
    /// The user has named the place, and looks at an init that is no ancestor: root's or the user's own process will do.
    /// </param>
    public static int Connect(string path, TimeSpan patience, string late, out NoConnection none, bool isChosen = false)
    {
        var descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0)
        {
            none = NoConnection.Of("socket", LastError);
            return -1;
        }
        none = Connect(descriptor, path, patience, late, isChosen);
        if (none.Reason is null)
            return descriptor;
        _ = close(descriptor);
        return -1;
    }

    private static NoConnection Connect(int descriptor, string path, TimeSpan patience, string late, bool isChosen)
    {
        if (SocketAddress.FromPath(path) is not { } address)
            return new NoConnection($"{path}: longer than the {SocketAddress.MostPath} bytes of a socket's path", true);
        // With a full backlog a connect that does not block fails at once and cannot be polled, so this one blocks, for so long.
        var limit = new timeval { tv_sec = (long)Math.Ceiling(patience.TotalSeconds) };
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, (uint)sizeof(timeval));
        while (connect(descriptor, &address.Storage, address.Length) != 0)
        {
            switch (LastError.Number)
            {
                case Errno.EINTR:
                    continue;
                case Errno.EAGAIN:
                    return new NoConnection(late, false);
                case var number:
                    return NoConnection.Of(path, new Errno(number), isAbsent: true);
            }
        }
        ucred peer;
        var length = (uint)sizeof(ucred);
        if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
            return NoConnection.Of("SO_PEERCRED", LastError);
        // An ancestor of another user may be a trap: a process under sudo has such ancestors. PID 1 can be trusted with any user.
        if (peer.pid != 1 && peer.uid != 0 && peer.uid != geteuid())
            return new NoConnection($"{path}: pid {peer.pid} of user {peer.uid} listens there, which is neither root nor ours", true);
        var error = Errno.None;
        if (isChosen || Ancestry.Includes(peer.pid, out error))
            return default;
        return error.IsShortage
            ? NoConnection.Of("/proc", error)
            : new NoConnection($"{path}: pid {peer.pid}, which is neither PID 1 nor an ancestor of this process, listens there", true);
    }
}
