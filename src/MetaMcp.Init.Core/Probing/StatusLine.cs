using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The first line of an HTTP/1 answer, as far as a probe needs it (RFC 9112, section 4).</summary>
public abstract record StatusLine : Case
{
    /// <summary>The limit of a status line.</summary>
    public const int MaxLength = 16 * 1024;

    private StatusLine() { }

    /// <summary>The code, 100 to 999.</summary>
    public sealed record Complete(int Code) : StatusLine;

    /// <summary>The bytes so far may become a status line.</summary>
    public sealed record Incomplete : StatusLine;

    /// <summary>This is no HTTP/1 answer, with any further bytes.</summary>
    public sealed record Malformed : StatusLine;

    /// <summary>Judges the beginning of an answer, of any length.</summary>
    public static StatusLine Parse(ReadOnlySpan<byte> received)
    {
        // Some servers send empty lines first (RFC 9112, section 2.2, asks receivers to accept one).
        var start = received.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (start < 0)
            return received.Length > 4 ? new Malformed() : new Incomplete();
        if (start > 4)
            return new Malformed();
        var text = received[start..];
        var prefix = "HTTP/1."u8;
        var common = Math.Min(prefix.Length, text.Length);
        if (!text[..common].SequenceEqual(prefix[..common]))
            return new Malformed();
        var end = text.IndexOf((byte)'\n');
        if (end < 0)
            return text.Length >= MaxLength ? new Malformed() : new Incomplete();
        var line = text[..end].TrimEnd((byte)'\r');
        // "HTTP/1.1 200" is the shortest; the reason after it is optional, and so in practice is its space.
        if (line.Length < 12 || (line.Length > 12 && line[12] != ' '))
            return new Malformed();
        if (!char.IsAsciiDigit((char)line[7]) || line[8] != ' ')
            return new Malformed();
        var code = 0;
        foreach (var digit in line[9..12])
        {
            if (!char.IsAsciiDigit((char)digit))
                return new Malformed();
            code = (code * 10) + digit - '0';
        }
        return code < 100 ? new Malformed() : new Complete(code);
    }
}
