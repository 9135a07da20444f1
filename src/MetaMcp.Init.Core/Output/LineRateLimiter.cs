using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// So many lines in a window that begins with the first line; what comes over that is dropped and counted, and the
/// count is due when the window ends. A service that is silent costs nothing: there is no window without a line.
/// </summary>
/// <param name="rate">Null lets everything through.</param>
public sealed class LineRateLimiter(LineRate? rate)
{
    private Instant? _windowEnd;
    private int _admitted;
    private long _dropped;

    /// <summary>When <see cref="TakeDropped"/> has something to say; null while nothing was dropped.</summary>
    public Instant? Due { get; private set; }

    public bool TryAdmit(Instant now)
    {
        if (rate is null)
            return true;
        if (_windowEnd is not { } end || now >= end)
        {
            _windowEnd = now + rate.Per;
            _admitted = 0;
        }
        if (_admitted >= rate.Lines)
            return false;
        _admitted++;
        return true;
    }

    /// <summary>Counts lines that were not admitted.</summary>
    public void AddDropped(long lines)
    {
        _dropped += lines;
        if (_dropped > 0)
            Due ??= _windowEnd;
    }

    /// <summary>The lines dropped in a window that is over, once; 0 while it is not over or nothing was dropped.</summary>
    public long TakeDropped(Instant now) => Due is { } due && now >= due ? TakeAllDropped() : 0;

    /// <summary>The same without waiting for the end of the window, since the stream has ended.</summary>
    public long TakeAllDropped()
    {
        var dropped = _dropped;
        _dropped = 0;
        Due = null;
        return dropped;
    }
}
