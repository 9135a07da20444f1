using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>What one turn of reading found.</summary>
internal enum StreamTurn
{
    /// <summary>Something was read; there may be more.</summary>
    Read,

    /// <summary>Nothing there for now.</summary>
    Idle,

    /// <summary>Nothing will come any more; the descriptor is closed.</summary>
    Ended,
}

/// <summary>
/// The reading end of a service's stdout or stderr: bytes in, formatted lines to the sink. It is read as fast as the
/// service writes, whatever our own output does, since a pipe that nobody empties blocks the service (supervisor #1554);
/// the rate limit and the sink decide what is shown.
/// </summary>
/// <param name="fd">Non-blocking; owned.</param>
/// <param name="service">The name, for the report of dropped lines.</param>
/// <param name="stream">Which of the two.</param>
/// <param name="format">How lines are shown.</param>
/// <param name="rate">Null is no limit.</param>
/// <param name="hub">What all streams share.</param>
internal sealed unsafe class ServiceStream(
    int fd, string service, OutputStream stream, LineFormat format, LineRate? rate, OutputHub hub) : IDisposable
{
    /// <summary>
    /// A pipe holds 64 KiB unless it is asked for more, and an unprivileged process may ask for 1 MiB
    /// (<c>/proc/sys/fs/pipe-max-size</c>): so much, then, can have been written by a service that has gone.
    /// </summary>
    private const int MaxDrainTurns = 1024 * 1024 / OutputHub.ReadSize;

    private readonly LineSplitter _splitter = new();
    private readonly LineRateLimiter _limiter = new(rate);
    private bool _isOpen = true;

    /// <summary>What to wait on for readability; -1 after the end.</summary>
    public int Fd => _isOpen ? fd : -1;

    /// <summary>When <see cref="OnDeadline"/> is to be called; null for not at all.</summary>
    public Instant? Due => _limiter.Due;

    /// <summary>Takes at most <see cref="OutputHub.ReadSize"/> bytes, so that one service cannot keep the loop to itself.</summary>
    public StreamTurn OnReadable(Instant now)
    {
        if (!_isOpen)
            return StreamTurn.Ended;
        nint count;
        fixed (byte* start = hub.ReadBuffer)
            count = read(fd, start, OutputHub.ReadSize);
        if (count > 0)
        {
            Take(hub.ReadBuffer.AsSpan(0, (int)count), now);
            return StreamTurn.Read;
        }
        if (count < 0 && LastError.Number is Errno.EAGAIN or Errno.EINTR)
            return StreamTurn.Idle;
        // 0 is the end. EIO is how a terminal's reading end says the same.
        Finish();
        return StreamTurn.Ended;
    }

    /// <summary>After the service has gone: what it wrote last, without waiting for more.</summary>
    public StreamTurn Drain(Instant now)
    {
        var turn = StreamTurn.Read;
        for (var turns = 0; turns < MaxDrainTurns && turn == StreamTurn.Read; turns++)
            turn = OnReadable(now);
        return turn;
    }

    public void OnDeadline(Instant now) => Report(_limiter.TakeDropped(now));

    /// <summary>Ends the stream although somebody may still hold the other end: an unfinished line is shown as it is.</summary>
    public void Finish()
    {
        if (!_isOpen)
            return;
        _isOpen = false;
        _ = close(fd);
        // The last words of a service are worth more than its rate limit.
        if (_splitter.TryTakeRest(out var line))
            format.Append(line, Time, hub.Lot);
        HandOver();
        Report(_limiter.TakeAllDropped());
    }

    public void Dispose() => Finish();

    private LineTime Time => hub.Clock.Of(format);

    private void Take(ReadOnlySpan<byte> bytes, Instant now)
    {
        OnDeadline(now);
        var time = Time;
        while (_splitter.TryTake(ref bytes, out var line))
        {
            if (!_limiter.TryAdmit(now))
            {
                _limiter.AddDropped(1, now);
                if (line.IsCut)
                    _splitter.SkipRestOfLine();
                _limiter.AddDropped(_splitter.Skip(bytes), now);
                break;
            }
            format.Append(line, time, hub.Lot);
            if (hub.Lot.WrittenCount >= OutputHub.LotSize)
                HandOver();
        }
        HandOver();
    }

    private void HandOver()
    {
        if (hub.Lot.WrittenCount > 0)
            _ = hub.SinkOf(stream).TryWrite(hub.Lot.WrittenSpan);
        hub.Lot.ResetWrittenCount();
    }

    private void Report(long dropped)
    {
        if (dropped > 0)
            hub.ReportDropped(service, stream, dropped);
    }
}
