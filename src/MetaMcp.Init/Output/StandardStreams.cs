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
/// Sees to it that 0, 1 and 2 are taken. Whoever starts us with one of them closed would otherwise have the next thing we
/// open, a signalfd say, stand there, and our children or a stray message would write into it.
/// </summary>
internal static unsafe class StandardStreams
{
    /// <summary>
    /// Puts something harmless in the place of each that is closed, before anything else is opened. It is closed again on
    /// exec, so that children find what we found.
    /// </summary>
    /// <returns>Those that were closed.</returns>
    public static ClosedStreams Ensure() => Ensure(0);

    /// <param name="first">The number that stands for stdin; any other than 0 is for tests.</param>
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
        // The lowest free number is what the kernel gives, and all lower ones are taken: normally this is it already.
        if (holder < 0 || holder == fd)
            return;
        _ = dup3(holder, fd, O_CLOEXEC);
        _ = close(holder);
    }

    /// <summary>Without a /dev, in an empty root: reads find the end of file, and writes are refused.</summary>
    private static int ReadEndOfPipe()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            return -1;
        _ = close(ends[1]);
        return ends[0];
    }
}
