using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// A bucket of lines, full at first and refilled at the rate. A line that finds it empty is dropped and counted, and the count is due
/// one span of the rate after the first drop. A silent service costs nothing, and dropped lines are not stored.
/// </summary>
/// <param name="rate">Null for no limit.</param>
public sealed class LineRateLimiter(LineRate? rate)
{
    private readonly TimeSpan _timeToFill = rate is null ? default : rate.Per * ((double)rate.Burst / Math.Max(1, rate.Lines));
    private long _left = rate?.Burst ?? 0;

    /// <summary>Up to here lines have been added to the bucket; null before the first line, when it is full.</summary>
    private Instant? _filled;

    private long _dropped;

    /// <summary>When <see cref="TakeDropped"/> has something to say; null while nothing was dropped.</summary>
    public Instant? Due { get; private set; }

    public bool TryAdmit(Instant now)
    {
        if (rate is null)
            return true;
        Fill(rate, now);
        if (_left <= 0)
            return false;
        _left--;
        return true;
    }

    /// <summary>Counts lines that were not admitted.</summary>
    public void AddDropped(long lines, Instant now)
    {
        _dropped += lines;
        if (_dropped > 0 && rate is not null)
            Due ??= now + rate.Per;
    }

    /// <summary>The number of dropped lines, once it is time to report; 0 before, and if none was dropped.</summary>
    public long TakeDropped(Instant now) => Due is { } due && now >= due ? TakeAllDropped() : 0;

    /// <summary>The same without waiting, since the stream has ended.</summary>
    public long TakeAllDropped()
    {
        var dropped = _dropped;
        _dropped = 0;
        Due = null;
        return dropped;
    }

    private void Fill(LineRate rate, Instant now)
    {
        if (_filled is not { } filled || now - filled >= _timeToFill)
        {
            _left = rate.Burst;
            _filled = now;
            return;
        }
        // Less than it takes to fill the bucket, so the product is less than 2^31 lines of a minute: no overflow.
        var lines = (now - filled).Ticks * rate.Lines / rate.Per.Ticks;
        if (lines <= 0)
            return;
        _left = Math.Min(_left + lines, rate.Burst);
        // The rest of the time counts for the next line.
        _filled = filled + TimeSpan.FromTicks(lines * rate.Per.Ticks / rate.Lines);
    }
}
