using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>
/// Descriptor 1 or 2 of the init. A reader that is slow, stopped or gone must cost lines, never time: what does not fit
/// at once waits in a bounded ring; what does not fit there is dropped and counted. Once lines are dropped, all further
/// ones are until half of the ring is free again, and then a line says how many were, in the place where they would
/// have been. Lines are whole or not there at all.
/// <para>
/// The loop registers <see cref="PollFd"/> for writability while <see cref="WantsWritable"/> is true, and only then: a
/// pipe without a reader is "ready" for ever.
/// </para>
/// </summary>
internal sealed unsafe class OutputSink : IDisposable
{
    /// <summary>A burst that the usual rate limit lets through, of lines as long as they mostly are.</summary>
    public const int DefaultCapacity = 1024 * 1024;

    private readonly OutputChannel _channel;
    private readonly string _name;
    private readonly LineRing _ring;
    private State _state;
    private long _unreported;

    /// <param name="channel">Where to; owned.</param>
    /// <param name="name">For people: <c>stdout</c>.</param>
    /// <param name="capacity">Bytes that may wait; at least the longest line.</param>
    /// <param name="clock">Of all that is written here; its own where there is none.</param>
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
    /// <param name="capacity">Bytes that may wait; at least the longest line.</param>
    /// <param name="clock">Of all that is written here; its own where there is none.</param>
    public static OutputSink Open(int fd, string name, int capacity = DefaultCapacity, LogClock? clock = null) =>
        new(OutputChannel.Open(fd), name, capacity, clock);

    private enum State
    {
        /// <summary>Nothing waits; lines go straight out.</summary>
        Open,

        /// <summary>There is no room; the descriptor will say when there is.</summary>
        Full,

        /// <summary>
        /// An error that may pass (a full disk, a hung-up terminal), which nothing will announce: tried again with each line.
        /// </summary>
        Failing,

        /// <summary>Closed, or nobody will ever read it.</summary>
        Gone,
    }

    public LogClock Clock { get; }

    /// <summary>How the line that tells of dropped lines is shown. It is known only once the file has been read.</summary>
    public LineFormat NoticeFormat { get; set; } = new PrefixFormat(LineFormat.OwnName, LineFormat.OwnName.Length);

    /// <summary>What to register for writability; -1 where that is never needed. epoll refuses some (EPERM): no harm.</summary>
    public int PollFd => _channel.PollFd;

    public bool WantsWritable => _state == State.Full;

    /// <summary>Lines that were never written, since the start.</summary>
    public long DroppedLines { get; private set; }

    /// <summary>Takes one or more whole lines, each with a newline at its end.</summary>
    /// <returns>False where at least one of them was dropped.</returns>
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

    /// <summary>At the end: waits for the reader for so long and no longer.</summary>
    /// <returns>True where nothing is left to write.</returns>
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
        // The reader has gone, or the descriptor is none that can be written to: neither comes back.
        Errno.EPIPE or Errno.EBADF or Errno.EINVAL or Errno.ECONNRESET or Errno.ENOTCONN => State.Gone,
        // ENOSPC, EDQUOT, EFBIG: space can be made. EIO: a terminal that was hung up, or a bad disk.
        _ => State.Failing,
    };

    /// <param name="lines">What is to wait.</param>
    /// <param name="begun">The first line is half out already, so its rest must follow.</param>
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
            // A line longer than the ring: what is out of it is given an end, so that the next one begins on its own.
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
