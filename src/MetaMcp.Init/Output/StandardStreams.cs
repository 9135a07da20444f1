using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>The standard streams as a set.</summary>
[Flags]
internal enum ClosedStreams
{
    None = 0,
    Input = 1,
    Output = 2,
    Error = 4,
}

/// <summary>
/// Makes sure that 0, 1 and 2 are in use. If we were started with one of them closed, the next descriptor that we open, such as a
/// signalfd, would take its number, and our children or a stray message would write into it.
/// </summary>
internal static unsafe class StandardStreams
{
    /// <summary>
    /// Opens /dev/null in the place of each closed one, before any other descriptor is opened. It is closed again on exec, so that
    /// children find the same as we did.
    /// </summary>
    /// <returns>The streams that were closed.</returns>
    public static ClosedStreams Ensure() => Ensure(0);

    /// <param name="first">The number of stdin; tests give another than 0.</param>
    internal static ClosedStreams Ensure(int first)
    {
        var closed = ClosedStreams.None;
        for (var stream = 0; stream < 3; stream++)
        {
            if (fcntl(first + stream, F_GETFD, 0) >= 0 || LastError.Number != Errno.EBADF)
                continue;
            closed |= (ClosedStreams)(1 << stream);
            Take(first + stream);
        }
        return closed;
    }

    private static void Take(int fd)
    {
        int holder;
        fixed (byte* path = "/dev/null\0"u8)
            holder = open(path, O_RDWR | O_CLOEXEC, 0);
        if (holder < 0)
            holder = ReadEndOfPipe();
        // The kernel gives the lowest free number, and all lower ones are taken: normally this is the wanted one already.
        if (holder < 0 || holder == fd)
            return;
        _ = dup3(holder, fd, O_CLOEXEC);
        _ = close(holder);
    }

    /// <summary>Without a /dev, in an empty root: reads return the end of file, and writes are refused.</summary>
    private static int ReadEndOfPipe()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            return -1;
        _ = close(ends[1]);
        return ends[0];
    }
}
