using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>
/// Descriptor 1 or 2 of the init. A reader that is slow, stopped or gone must cost lines, never time: bytes that do not fit at once
/// wait in a bounded ring; lines that do not fit there are dropped and counted. Once a line is dropped, all further lines are dropped
/// until half of the ring is free again; then a line reports their number, in the place where they would have been. A line is written
/// whole or not at all.
/// <para>
/// The loop watches <see cref="PollFd"/> for writability only while <see cref="WantsWritable"/> is true: a pipe without a reader is
/// "ready" for ever.
/// </para>
/// </summary>
internal sealed unsafe class OutputSink : IDisposable
{
    /// <summary>Holds a burst that the default rate limit lets through, of lines of usual length.</summary>
    public const int DefaultCapacity = 1024 * 1024;

    private readonly OutputChannel _channel;
    private readonly string _name;
    private readonly LineRing _ring;
    private State _state;
    private long _unreported;

    /// <param name="channel">The channel to write to; owned.</param>
    /// <param name="name">For people: <c>stdout</c>.</param>
    /// <param name="capacity">The number of bytes that may wait; at least the longest line.</param>
    /// <param name="clock">The clock of all lines written here; null for a clock of its own.</param>
    public OutputSink(OutputChannel channel, string name, int capacity = DefaultCapacity, LogClock? clock = null)
    {
        Clock = clock ?? new LogClock();
        _channel = channel;
        _name = name;
        _ring = new LineRing(capacity);
        _state = channel.IsClosed ? State.Gone : State.Open;
    }

    /// <param name="fd">Not owned.</param>
    /// <param name="name">For people: <c>stdout</c>.</param>
    /// <param name="capacity">The number of bytes that may wait; at least the longest line.</param>
    /// <param name="clock">The clock of all lines written here; null for a clock of its own.</param>
    public static OutputSink Open(int fd, string name, int capacity = DefaultCapacity, LogClock? clock = null) =>
        new(OutputChannel.Open(fd), name, capacity, clock);

    private enum State
    {
        /// <summary>No bytes wait; lines are written at once.</summary>
        Open,

        /// <summary>There is no room; the descriptor becomes writable when there is.</summary>
        Full,

        /// <summary>
        /// An error that may pass (a full disk, a hung-up terminal) and whose end no event reports: tried again with each line.
        /// </summary>
        Failing,

        /// <summary>Closed, or no process will ever read it.</summary>
        Gone,
    }

    public LogClock Clock { get; }

    /// <summary>The format of the line that reports dropped lines. It is known only after the file has been read.</summary>
    public LineFormat NoticeFormat { get; set; } = new PrefixFormat(LineFormat.OwnName, LineFormat.OwnName.Length);

    /// <summary>
    /// The descriptor to watch for writability; -1 if that is never needed. epoll refuses some (EPERM), which does no harm.
    /// </summary>
    public int PollFd => _channel.PollFd;

    public bool WantsWritable => _state == State.Full;

    /// <summary>The number of lines since the start that were never written.</summary>
    public long DroppedLines { get; private set; }

    /// <summary>Takes one or more whole lines, each with a newline at its end.</summary>
    /// <returns>False if at least one of them was dropped.</returns>
    public bool TryWrite(ReadOnlySpan<byte> lines)
    {
        if (_state == State.Failing)
            Drain();
        if (_state == State.Gone || _unreported > 0)
            return Drop(lines);
        if (!_ring.IsEmpty)
            return TryKeep(lines, begun: false);

        var rest = lines;
        while (!rest.IsEmpty && _state == State.Open)
        {
            var error = _channel.TryWrite(rest, out var written);
            rest = rest[written..];
            _state = After(error);
        }
        if (rest.IsEmpty)
            return true;
        return _state == State.Gone
            ? Drop(rest)
            : TryKeep(rest, begun: rest.Length < lines.Length && lines[^(rest.Length + 1)] != '\n');
    }

    /// <summary>There is room again.</summary>
    public void OnWritable() => Drain();

    /// <summary>At the end: waits for the reader, for this time at most.</summary>
    /// <returns>True if no bytes are left to write.</returns>
    public bool Flush(TimeSpan timeout)
    {
        var deadline = MonotonicClock.Now + timeout;
        while (true)
        {
            Drain();
            var left = PollTimeout.Until(deadline, MonotonicClock.Now);
            if (_state != State.Full || left <= 0)
                return _ring.IsEmpty;
            pollfd writable = new() { fd = PollFd, events = POLLOUT };
            _ = poll(&writable, 1, left);
        }
    }

    public void Dispose() => _channel.Dispose();

    private void Drain()
    {
        do
        {
            if (_state is State.Full or State.Failing)
                _state = State.Open;
            while (!_ring.IsEmpty && _state == State.Open)
            {
                var error = _channel.TryWrite(_ring.First, out var written);
                _ring.Remove(written);
                _state = After(error);
            }
            if (_state == State.Gone)
                Abandon();
        }
        while (TryReport() && _state == State.Open);
    }

    private static State After(Errno error) => error.Number switch
    {
        0 => State.Open,
        Errno.EAGAIN => State.Full,
        // The reader is gone, or the descriptor cannot be written to: neither changes any more.
        Errno.EPIPE or Errno.EBADF or Errno.EINVAL or Errno.ECONNRESET or Errno.ENOTCONN => State.Gone,
        // ENOSPC, EDQUOT, EFBIG: space can be made. EIO: a terminal that was hung up, or a bad disk.
        _ => State.Failing,
    };

    /// <param name="lines">The lines that are to wait.</param>
    /// <param name="begun">A part of the first line was written already, so its rest must follow.</param>
    private bool TryKeep(ReadOnlySpan<byte> lines, bool begun)
    {
        if (lines.Length <= _ring.Free)
        {
            _ring.Append(lines);
            return true;
        }
        var whole = lines[.._ring.Free].LastIndexOf((byte)'\n') + 1;
        if (whole == 0 && begun)
        {
            // The line is longer than the ring: the part that was written gets an end, so that the next line begins on its own.
            _ring.Append("\n"u8);
            return Drop(lines);
        }
        _ring.Append(lines[..whole]);
        return Drop(lines[whole..]);
    }

    private bool Drop(ReadOnlySpan<byte> lines)
    {
        var count = lines.Count((byte)'\n');
        DroppedLines += count;
        if (_state != State.Gone)
            _unreported += count;
        return false;
    }

    private void Abandon()
    {
        DroppedLines += _ring.Lines;
        _unreported = 0;
        _ring.Clear();
    }

    private bool TryReport()
    {
        if (_unreported == 0 || _ring.Count > _ring.Capacity / 2)
            return false;
        var text = Encoding.ASCII.GetBytes(
            $"{Counted.Text(_unreported, "line")} dropped: {_name} was full");
        var notice = new ArrayBufferWriter<byte>();
        NoticeFormat.Append(new OutputLine(text, LinePart.Whole), Clock.Of(NoticeFormat), notice);
        if (notice.WrittenCount > _ring.Free)
            return false;
        _ring.Append(notice.WrittenSpan);
        _unreported = 0;
        return true;
    }
}
