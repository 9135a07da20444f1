using System.Text;
using System.Text.Unicode;

namespace MetaMcp.Init.Filesystem;

/// <summary>
/// Converts paths between bytes, which may be any but zero, and text: a byte that is no valid UTF-8 is kept as a lone surrogate
/// (U+DC80 and up), so that a name that was read from a directory can be opened.
/// </summary>
internal static class PathText
{
    private const char Escape = '\uDC00';

    public static string From(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            text[i] = bytes[i] < 0x80 ? (char)bytes[i] : (char)(Escape + bytes[i]);
        return new string(text);
    }

    /// <summary>The bytes and a zero behind them, in the caller's buffer if they fit.</summary>
    public static ReadOnlySpan<byte> Terminated(string path, Span<byte> buffer)
    {
        var most = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        var bytes = most <= buffer.Length ? buffer : new byte[most];
        var length = 0;
        var rest = path.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest[0] is > Escape and <= (char)(Escape + 0xff))
            {
                bytes[length++] = (byte)(rest[0] - Escape);
                rest = rest[1..];
                continue;
            }
            var plain = rest.IndexOfAnyInRange((char)(Escape + 0x80), (char)(Escape + 0xff));
            // The second half of a surrogate pair is no escaped byte: it comes after the first half.
            if (plain > 0 && char.IsHighSurrogate(rest[plain - 1]))
                plain++;
            var part = plain < 0 ? rest : rest[..plain];
            length += Encoding.UTF8.GetBytes(part, bytes[length..]);
            rest = rest[part.Length..];
        }
        bytes[length] = 0;
        return bytes;
    }
}
