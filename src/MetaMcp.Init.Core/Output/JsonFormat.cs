using System.Buffers;
using System.Text;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// <c>{"time":"2026-01-31T12:00:00.0000000Z","service":"backend","stream":"stdout","line":"text"}</c>; every piece of a
/// line but its last also has <c>"partial":true</c>.
/// </summary>
public sealed class JsonFormat : LineFormat
{
    private readonly byte[] _afterTime;

    public JsonFormat(string name, OutputStream stream)
    {
        var fields = new ArrayBufferWriter<byte>();
        fields.Write("\",\"service\":\""u8);
        JsonText.Append(name, fields);
        fields.Write(stream == OutputStream.Stdout ? "\",\"stream\":\"stdout\",\"line\":\""u8 : "\",\"stream\":\"stderr\",\"line\":\""u8);
        _afterTime = fields.WrittenSpan.ToArray();
    }

    public override bool ShowsTime => true;

    public override void Append(OutputLine line, DateTime utc, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Write("{\"time\":\""u8);
        AppendTime(utc, to);
        UnsafeText.AppendAscii(_afterTime, to);
        JsonText.Append(line.Text, to);
        to.Write(line.IsCut ? "\",\"partial\":true}\n"u8 : "\"}\n"u8);
    }

    /// <summary>
    /// RFC 3339 with 100 ns, always of one width. By hand: the framework's formatter brings every calendar and the time
    /// zones with it, 100 KB of them.
    /// </summary>
    public static void AppendTime(DateTime utc, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        const string Shape = "0000-00-00T00:00:00.0000000Z";
        var text = to.GetSpan(Shape.Length);
        _ = Encoding.ASCII.GetBytes(Shape, text);
        AppendDigits(utc.Year, text[..4]);
        AppendDigits(utc.Month, text[5..7]);
        AppendDigits(utc.Day, text[8..10]);
        AppendDigits(utc.Hour, text[11..13]);
        AppendDigits(utc.Minute, text[14..16]);
        AppendDigits(utc.Second, text[17..19]);
        AppendDigits((int)(utc.Ticks % TimeSpan.TicksPerSecond), text[20..27]);
        to.Advance(Shape.Length);
    }

    private static void AppendDigits(int value, Span<byte> digits)
    {
        for (var at = digits.Length - 1; at >= 0; at--, value /= 10)
            digits[at] = (byte)('0' + (value % 10));
    }
}
