using System.Buffers;
using System.Text;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// Makes any bytes safe to show beside the lines of others: the result is UTF-8 without control characters except tab and the colour
/// sequences (SGR, <c>ESC [ … m</c>); all others are shown escaped. Colours end with the line.
/// </summary>
public static class LineSanitizer
{
    private const byte Escape = 0x1b;

    /// <summary>No terminal program writes longer ones; four attributes with true colours twice are under 60.</summary>
    private const int MaxColourLength = 64;

    /// <param name="text">In any encoding, or none.</param>
    /// <param name="to">The buffer that it is appended to.</param>
    /// <param name="keepsColours">False: colour sequences are left out.</param>
    public static void Append(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to, bool keepsColours = true)
    {
        ArgumentNullException.ThrowIfNull(to);
        var coloured = false;
        while (true)
        {
            var plain = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
            UnsafeText.AppendAscii(plain < 0 ? text : text[..plain], to);
            if (plain < 0)
                break;
            text = text[plain..];
            if (!keepsColours && text[0] == Escape && ColourLength(text) is > 0 and var colour)
                text = text[colour..];
            else
                text = text[AppendSpecial(text, to, ref coloured)..];
        }
        if (coloured)
            to.Write("\e[0m"u8);
    }

    /// <returns>How many bytes of the text are dealt with.</returns>
    private static int AppendSpecial(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to, ref bool coloured)
    {
        switch (text[0])
        {
            case (byte)'\t':
                UnsafeText.AppendAscii(text[..1], to);
                return 1;
            case (byte)'\r':
                to.Write("\\r"u8);
                return 1;
            case (byte)'\n':
                to.Write("\\n"u8);
                return 1;
            case Escape when ColourLength(text) is > 0 and var length:
                UnsafeText.AppendAscii(text[..length], to);
                coloured = !IsReset(text[2..(length - 1)]);
                return length;
            case < 0x80:
                UnsafeText.AppendByte(text[0], to);
                return 1;
            default:
                return AppendCharacter(text, to);
        }
    }

    private static int AppendCharacter(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to)
    {
        var status = Rune.DecodeFromUtf8(text, out var rune, out var length);
        if (status != OperationStatus.Done)
        {
            foreach (var value in text[..length])
                UnsafeText.AppendByte(value, to);
        }
        else if (UnsafeText.IsUnsafe(rune))
            UnsafeText.AppendUnit(rune.Value, to);
        else
            UnsafeText.AppendAscii(text[..length], to);
        return length;
    }

    /// <summary>The length of the SGR sequence the text begins with, or 0 (ECMA-48, 8.3.117; colons as in ISO 8613-6).</summary>
    private static int ColourLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[1] != '[')
            return 0;
        for (var at = 2; at < Math.Min(text.Length, MaxColourLength); at++)
        {
            if (text[at] == 'm')
                return at + 1;
            if (text[at] is not ((>= (byte)'0' and <= (byte)'9') or (byte)';' or (byte)':'))
                return 0;
        }
        return 0;
    }

    private static bool IsReset(ReadOnlySpan<byte> parameters) => parameters is [] or [(byte)'0'];
}
