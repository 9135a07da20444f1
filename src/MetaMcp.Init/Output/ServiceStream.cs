using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>The result of one turn of reading.</summary>
internal enum StreamTurn
{
    /// <summary>Bytes were read; there may be more.</summary>
    Read,

    /// <summary>No bytes for now.</summary>
    Idle,

    /// <summary>No bytes will come any more; the descriptor is closed.</summary>
    Ended,
}

/// <summary>
/// The reading end of a service's stdout or stderr: bytes in, formatted lines to the sink. It is read as fast as the service writes,
/// even if our own output is blocked, since a pipe that is not read blocks the service (supervisor #1554). The rate limit and the
/// sink decide which lines are shown.
/// </summary>
/// <param name="fd">Non-blocking; owned.</param>
/// <param name="service">The name, for the report of dropped lines.</param>
/// <param name="stream">stdout or stderr.</param>
/// <param name="format">The format of the lines.</param>
/// <param name="rate">The rate limit; null for none.</param>
/// <param name="hub">Shared by all streams.</param>
internal sealed unsafe class ServiceStream(
    int fd, string service, OutputStream stream, LineFormat format, LineRate? rate, OutputHub hub) : IDisposable
{
    /// <summary>
    /// A pipe holds 64 KiB by default, and an unprivileged process may set up to 1 MiB (<c>/proc/sys/fs/pipe-max-size</c>): a service
    /// that has ended can have left as many bytes.
    /// </summary>
    private const int MaxDrainTurns = 1024 * 1024 / OutputHub.ReadSize;

    private readonly LineSplitter _splitter = new();
    private readonly LineRateLimiter _limiter = new(rate);
    private bool _isOpen = true;

    /// <summary>The descriptor to watch for readability; -1 after the end.</summary>
    public int Fd => _isOpen ? fd : -1;

    /// <summary>When <see cref="OnDeadline"/> is to be called; null for never.</summary>
    public Instant? Due => _limiter.Due;

    /// <summary>Takes at most <see cref="OutputHub.ReadSize"/> bytes, so that one service cannot keep the loop busy.</summary>
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
        if (count < 0 && (LastError.Number is Errno.EAGAIN or Errno.EINTR))
            return StreamTurn.Idle;
        // 0 is the end. The reading end of a terminal reports its end as EIO.
        Finish();
        return StreamTurn.Ended;
    }

    /// <summary>After the service has ended: reads its last output, without waiting for more.</summary>
    public StreamTurn Drain(Instant now)
    {
        var turn = StreamTurn.Read;
        for (var turns = 0; turns < MaxDrainTurns && turn == StreamTurn.Read; turns++)
            turn = OnReadable(now);
        return turn;
    }

    public void OnDeadline(Instant now) => Report(_limiter.TakeDropped(now));

    /// <summary>Ends the stream although a process may still hold the other end: an unfinished line is shown as it is.</summary>
    public void Finish()
    {
        if (!_isOpen)
            return;
        _isOpen = false;
        _ = close(fd);
        // The last line of a service is shown even over its rate limit.
        if (_splitter.TryTakeRest(out var line))
        {
            hub.Memory?.Begin();
            format.Append(line, Time, hub.Lot);
            hub.Memory?.Add(service, stream, line);
            hub.Memory?.Count(service, stream, 1);
        }
        HandOver();
        Report(_limiter.TakeAllDropped());
    }

    public void Dispose() => Finish();

    private LineTime Time => hub.Clock.Of(format);

    private void Take(ReadOnlySpan<byte> bytes, Instant now)
    {
        OnDeadline(now);
        var time = Time;
        var shown = 0;
        hub.Memory?.Begin();
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
            hub.Memory?.Add(service, stream, line);
            shown++;
            if (hub.Lot.WrittenCount >= OutputHub.LotSize)
                HandOver();
        }
        HandOver();
        hub.Memory?.Count(service, stream, shown);
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
