using System.Buffers;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// The time in front of a line, or none. Digits are written by hand: the framework's formatter brings every calendar and the time
/// zones with it, 100 KB of them, and would allocate for each line.
/// </summary>
public readonly record struct LineTime
{
    /// <summary>Seconds and milliseconds of a day stand in one column.</summary>
    private const int SecondsWidth = 5;

    private readonly LogTime _shown;
    private readonly long _ticks;

    private LineTime(LogTime shown, long ticks) => (_shown, _ticks) = (shown, ticks);

    public static LineTime None => default;

    public static LineTime OfUtc(DateTime utc) => new(LogTime.Utc, utc.Ticks);

    /// <param name="elapsed">Since the start of mcp-init, on the monotonic clock.</param>
    public static LineTime OfElapsed(TimeSpan elapsed) => new(LogTime.Elapsed, elapsed.Ticks);

    /// <summary>In front of a line of text, a space behind it: RFC 3339 with milliseconds, or seconds since the start.</summary>
    public void AppendTo(ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        switch (_shown)
        {
            case LogTime.Utc:
                AppendUtc(to, 3);
                to.Write(" "u8);
                break;
            case LogTime.Elapsed:
                AppendSeconds(to);
                break;
            case LogTime.None:
                break;
        }
    }

    /// <summary>RFC 3339 with 100 ns, always of one width: the time of a line of JSON.</summary>
    public void AppendPrecisely(ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        AppendUtc(to, 7);
    }

    private void AppendUtc(ArrayBufferWriter<byte> to, int decimals)
    {
        var utc = new DateTime(_ticks, DateTimeKind.Utc);
        var text = to.GetSpan(28);
        "0000-00-00T00:00:00."u8.CopyTo(text);
        AppendDigits(utc.Year, text[..4]);
        AppendDigits(utc.Month, text[5..7]);
        AppendDigits(utc.Day, text[8..10]);
        AppendDigits(utc.Hour, text[11..13]);
        AppendDigits(utc.Minute, text[14..16]);
        AppendDigits(utc.Second, text[17..19]);
        var fraction = _ticks % TimeSpan.TicksPerSecond;
        AppendDigits(decimals == 3 ? fraction / TimeSpan.TicksPerMillisecond : fraction, text.Slice(20, decimals));
        text[20 + decimals] = (byte)'Z';
        to.Advance(21 + decimals);
    }

    private void AppendSeconds(ArrayBufferWriter<byte> to)
    {
        var seconds = _ticks / TimeSpan.TicksPerSecond;
        var width = SecondsWidth;
        for (var rest = seconds / 100_000; rest > 0; rest /= 10)
            width++;
        var text = to.GetSpan(width + 5);
        AppendDigits(seconds, text[..width]);
        for (var at = 0; at < width - 1 && text[at] == '0'; at++)
            text[at] = (byte)' ';
        text[width] = (byte)'.';
        AppendDigits(_ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMillisecond, text.Slice(width + 1, 3));
        text[width + 4] = (byte)' ';
        to.Advance(width + 5);
    }

    private static void AppendDigits(long value, Span<byte> digits)
    {
        for (var at = digits.Length - 1; at >= 0; at--, value /= 10)
            digits[at] = (byte)('0' + (value % 10));
    }
}
