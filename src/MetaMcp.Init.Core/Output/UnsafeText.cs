using System.Buffers;
using System.Text;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// The characters that may not reach a terminal or a log unchanged, and their replacements. They move the cursor, repaint the screen,
/// begin a line, or reverse the direction of the text, so that a service could write lines that look like another's.
/// </summary>
internal static class UnsafeText
{
    private const string Digits = "0123456789abcdef";

    /// <summary>True for characters beyond ASCII that are unsafe; all of them lie in the basic plane.</summary>
    public static bool IsUnsafe(Rune rune) => rune.Value switch
    {
        // C1: U+009B is the same as ESC [ to a terminal that reads 8-bit controls.
        >= 0x80 and <= 0x9f => true,
        // Line and paragraph separator: viewers break the line there.
        0x2028 or 0x2029 => true,
        // Bidirectional marks, embeddings, overrides and isolates (Unicode, UAX #9).
        0x061c or 0x200e or 0x200f or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) => true,
        _ => false,
    };

    /// <summary><c>\x1b</c></summary>
    public static void AppendByte(byte value, ArrayBufferWriter<byte> to)
    {
        var span = to.GetSpan(4);
        span[0] = (byte)'\\';
        span[1] = (byte)'x';
        span[2] = (byte)Digits[value >> 4];
        span[3] = (byte)Digits[value & 15];
        to.Advance(4);
    }

    /// <summary><c>\u202e</c>, which is also how JSON writes it.</summary>
    public static void AppendUnit(int value, ArrayBufferWriter<byte> to)
    {
        var span = to.GetSpan(6);
        span[0] = (byte)'\\';
        span[1] = (byte)'u';
        for (var digit = 0; digit < 4; digit++)
            span[2 + digit] = (byte)Digits[(value >> (12 - (4 * digit))) & 15];
        to.Advance(6);
    }

    public static void AppendAscii(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to)
    {
        text.CopyTo(to.GetSpan(text.Length));
        to.Advance(text.Length);
    }
}
