using System.Buffers;

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

    public override bool NeedsUtc => true;

    public override void Append(OutputLine line, LineTime time, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Write("{\"time\":\""u8);
        time.AppendPrecisely(to);
        UnsafeText.AppendAscii(_afterTime, to);
        JsonText.Append(line.Text, to);
        to.Write(line.IsCut ? "\",\"partial\":true}\n"u8 : "\"}\n"u8);
    }
}
