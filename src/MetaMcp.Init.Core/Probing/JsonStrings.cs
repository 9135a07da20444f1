using System.Text;
using System.Text.Unicode;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The text of a JSON string (RFC 8259, section 7).</summary>
internal static class JsonStrings
{
    /// <summary>False if an escape is unknown or cut, a control character stands in it, or it is no valid Unicode text.</summary>
    /// <param name="written">The bytes between the quotes.</param>
    /// <param name="text">Its characters; empty if the result is false.</param>
    public static bool TryDecode(ReadOnlySpan<byte> written, out string text)
    {
        text = "";
        if (!Utf8.IsValid(written) || HasControl(written))
            return false;
        if (!written.Contains((byte)'\\'))
        {
            text = Encoding.UTF8.GetString(written);
            return true;
        }
        // Never longer than the bytes: an escape takes two of them at least.
        var characters = new char[written.Length];
        var count = 0;
        while (!written.IsEmpty)
        {
            var escape = written.IndexOf((byte)'\\');
            var plain = escape < 0 ? written : written[..escape];
            count += Encoding.UTF8.GetChars(plain, characters.AsSpan(count));
            written = written[plain.Length..];
            if (!written.IsEmpty && !TryEscape(ref written, out characters[count++]))
                return false;
        }
        if (!IsPaired(characters.AsSpan(0, count)))
            return false;
        text = new string(characters, 0, count);
        return true;
    }

    private static bool TryEscape(ref ReadOnlySpan<byte> written, out char character)
    {
        character = '\0';
        if (written.Length < 2)
            return false;
        var kind = written[1];
        if (kind == 'u')
        {
            if (written.Length < 6)
                return false;
            var unit = 0;
            foreach (var digit in written[2..6])
            {
                if (!char.IsAsciiHexDigit((char)digit))
                    return false;
                unit = (unit * 16) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            }
            character = (char)unit;
            written = written[6..];
            return true;
        }
        character = (char)kind switch
        {
            '"' or '\\' or '/' => (char)kind,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => '\0',
        };
        written = written[2..];
        return character != '\0';
    }

    private static bool HasControl(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            if (value < ' ')
                return true;
        }
        return false;
    }

    private static bool IsPaired(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }
}
