using System.Buffers;
using System.Text;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// Keeps the last line of a text that is not blank, for any length of the text and of its lines. Of a long line the beginning is
/// kept, where programs name the error. The text may be hostile: the result is one harmless line (<see cref="LineSanitizer"/>).
/// </summary>
public sealed class LastLine
{
    /// <summary>In bytes as they were written, and in characters as they are shown.</summary>
    public const int MaxLength = 256;

    private byte[] _line = new byte[MaxLength];
    private byte[] _whole = new byte[MaxLength];
    private int _length;
    private int _wholeLength;
    private bool _isCut;
    private bool _isWholeCut;

    /// <summary>Null if the text is empty or blank.</summary>
    public string? Text
    {
        get
        {
            if (!IsBlank(_line.AsSpan(0, _length)))
                return Shown(_line.AsSpan(0, _length), _isCut);
            return _wholeLength > 0 ? Shown(_whole.AsSpan(0, _wholeLength), _isWholeCut) : null;
        }
    }

    /// <summary>Takes the next piece of the text, wherever it was cut.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        while (true)
        {
            var end = piece.IndexOf((byte)'\n');
            var part = end < 0 ? piece : piece[..end];
            var kept = part[..Math.Min(part.Length, MaxLength - _length)];
            kept.CopyTo(_line.AsSpan(_length));
            _length += kept.Length;
            _isCut |= kept.Length < part.Length;
            if (end < 0)
                return;
            EndLine();
            piece = piece[(end + 1)..];
        }
    }

    private void EndLine()
    {
        if (!IsBlank(_line.AsSpan(0, _length)))
        {
            (_line, _whole) = (_whole, _line);
            (_wholeLength, _isWholeCut) = (_length, _isCut);
        }
        (_length, _isCut) = (0, false);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r\v\f\0"u8).IsEmpty;

    private static string Shown(ReadOnlySpan<byte> line, bool isCut)
    {
        // A character that was cut in two is left out, and not shown as the bytes it begins with.
        if (isCut && line.LastIndexOfAnyExceptInRange((byte)0x80, (byte)0xbf) is >= 0 and var begin && line[begin] >= 0xc0)
            line = line[..begin];
        var safe = new ArrayBufferWriter<byte>(line.Length);
        LineSanitizer.Append(line.Trim(" \t\r"u8), safe, keepsColours: false);
        var text = Encoding.UTF8.GetString(safe.WrittenSpan);
        return text.Length > MaxLength ? text[..MaxLength] + "…" : isCut ? text + "…" : text;
    }
}
