using System.Buffers;
using System.Text;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// <c>backend  | text</c>, as docker compose shows it. A piece that continues the line before it has <c>+</c> in place of <c>|</c>:
/// the mark stands in front of the text, where the service cannot forge it.
/// </summary>
public sealed class PrefixFormat : LineFormat
{
    private readonly byte[] _begins;
    private readonly byte[] _continues;

    /// <param name="name">The service.</param>
    /// <param name="width">The length of the longest name that is shown, so that the texts stand in one column.</param>
    public PrefixFormat(string name, int width)
    {
        _begins = Prefix(name, width, '|');
        _continues = Prefix(name, width, '+');
    }

    public override bool NeedsUtc => false;

    public static byte[] Prefix(string name, int width, char mark)
    {
        ArgumentNullException.ThrowIfNull(name);
        var prefix = new ArrayBufferWriter<byte>(width + 3);
        LineSanitizer.Append(Encoding.UTF8.GetBytes($"{name.PadRight(width)} {mark} "), prefix);
        return prefix.WrittenSpan.ToArray();
    }

    public override void Append(OutputLine line, LineTime time, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        time.AppendTo(to);
        UnsafeText.AppendAscii(line.Continues ? _continues : _begins, to);
        LineSanitizer.Append(line.Text, to);
        to.Write("\n"u8);
    }
}
