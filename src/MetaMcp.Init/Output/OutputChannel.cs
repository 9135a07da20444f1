using System.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>
/// Writes to a descriptor that we were given, without ever blocking and without changing its O_NONBLOCK flag: the flag belongs to
/// the open file description, which every child shares, and a Node or Python child that finds it set loses output. The way to write
/// is chosen once:
/// <list type="bullet">
/// <item>a socket: <c>send</c> with MSG_DONTWAIT;</item>
/// <item>a regular file: <c>write</c>, which waits for no reader;</item>
/// <item>a pipe or a terminal: opened anew through <c>/proc/self/fd</c>, for a description of our own that is
/// non-blocking;</item>
/// <item>where that is refused (no <c>/proc</c>, or it belongs to another user): <c>pwritev2</c> with RWF_NOWAIT if the kernel
/// accepts it (pipes, since Linux 6.4), else <c>poll</c> and then no more than what certainly fits. Between the two calls a child may
/// fill the room that <c>poll</c> reported; this is the one case in which the write can wait for a reader.</item>
/// </list>
/// </summary>
internal sealed unsafe class OutputChannel : IDisposable
{
    /// <summary>A pipe is writable while one of its pages is free, and a page has at least this size (PIPE_BUF).</summary>
    private const int PipeChunk = 4096;

    /// <summary>
    /// A terminal is reported writable while any room is left. Pseudo-terminals allocate room in units of 256 bytes (tty_buffer.c),
    /// at least one for each run of plain characters and one for each control character, which may become several characters. So half
    /// a unit without a control character fits, or one control character.
    /// </summary>
    private const int TerminalChunk = 128;

    private readonly int _fd;
    private Way _way;

    /// <param name="fd">Not owned, unless the way is <see cref="Way.OwnDescription"/>.</param>
    /// <param name="way">The way to write to it.</param>
    public OutputChannel(int fd, Way way)
    {
        _fd = fd;
        _way = way;
    }

    internal enum Way { Closed, Socket, File, OwnDescription, NoWait, PolledPipe, PolledTerminal }

    /// <summary>The descriptor to poll for room; -1 if no wait is needed.</summary>
    public int PollFd => _way is Way.Closed or Way.File ? -1 : _fd;

    public bool IsClosed => _way == Way.Closed;

    public static OutputChannel Open(int fd)
    {
        var error = FileIdentity.Read(fd, out var identity);
        var flags = fcntl(fd, F_GETFL, 0);
        if (error.Number == Errno.EBADF || flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
            return new OutputChannel(-1, Way.Closed);
        if (identity.Type == S_IFSOCK)
            return new OutputChannel(fd, Way.Socket);
        if (identity.Type == S_IFREG)
            return new OutputChannel(fd, Way.File);
        return Reopen(fd, identity) is >= 0 and var own
            ? new OutputChannel(own, Way.OwnDescription)
            : new OutputChannel(fd, Way.NoWait);
    }

    /// <summary>
    /// Writes the bytes that fit at once. Success with fewer bytes than given is normal; EAGAIN means "no room".
    /// </summary>
    public Errno TryWrite(ReadOnlySpan<byte> bytes, out int written)
    {
        Errno error;
        fixed (byte* start = bytes)
        {
            do
                error = WriteOnce(start, bytes.Length, out written);
            while (error.Number == Errno.EINTR);
        }
        if (_way != Way.NoWait || error.Number is not (Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EINVAL))
            return error;
        // The kernel does not know RWF_NOWAIT for this file.
        _way = isatty(_fd) == 1 ? Way.PolledTerminal : Way.PolledPipe;
        return TryWrite(bytes, out written);
    }

    public void Dispose()
    {
        if (_way == Way.OwnDescription)
            _ = close(_fd);
        _way = Way.Closed;
    }

    private Errno WriteOnce(byte* start, int length, out int written)
    {
        switch (_way)
        {
            case Way.Closed:
                written = 0;
                return new Errno(Errno.EBADF);
            case Way.Socket:
                return Result(send(_fd, start, (nuint)length, MSG_DONTWAIT | MSG_NOSIGNAL), out written);
            case Way.NoWait:
                iovec vector = new() { iov_base = start, iov_len = (nuint)length };
                return Result(pwritev2(_fd, &vector, 1, -1, RWF_NOWAIT), out written);
            case Way.PolledPipe:
                return WritePolled(start, Math.Min(length, PipeChunk), out written);
            case Way.PolledTerminal:
                return WritePolled(start, TerminalRun(new ReadOnlySpan<byte>(start, length)), out written);
            case Way.File or Way.OwnDescription:
            default:
                return Result(write(_fd, start, (nuint)length), out written);
        }
    }

    private Errno WritePolled(byte* start, int length, out int written)
    {
        pollfd writable = new() { fd = _fd, events = POLLOUT };
        // With POLLERR or POLLHUP the reader is gone: the write then fails at once.
        if (poll(&writable, 1, 0) > 0)
            return Result(write(_fd, start, (nuint)length), out written);
        written = 0;
        return new Errno(Errno.EAGAIN);
    }

    private static int TerminalRun(ReadOnlySpan<byte> bytes)
    {
        var run = bytes[..Math.Min(bytes.Length, TerminalChunk)];
        var control = run.IndexOfAnyInRange((byte)0, (byte)0x1f);
        return control < 0 ? run.Length : Math.Max(1, control);
    }

    private static Errno Result(nint result, out int written)
    {
        written = (int)Math.Max(0, result);
        return result < 0 ? LastError : Errno.None;
    }

    /// <returns>A descriptor, or -1.</returns>
    private static int Reopen(int fd, FileIdentity identity)
    {
        int own;
        fixed (byte* path = Encoding.ASCII.GetBytes($"/proc/self/fd/{fd}\0"))
            own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
        if (own < 0)
            return -1;
        // Another file system may be mounted on /proc, so the identity is compared.
        if (FileIdentity.Read(own, out var opened).IsSuccess && opened == identity)
            return own;
        _ = close(own);
        return -1;
    }
}
