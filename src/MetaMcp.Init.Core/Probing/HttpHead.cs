using System.Text;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The head of an HTTP/1 answer, as far as the <c>mcp</c> probe needs it; read line by line.</summary>
public sealed class HttpHead
{
    /// <summary>The limit of all lines together, including those of interim answers.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The number of interim answers that are ignored; a server that sends more is not going to answer.</summary>
    public const int MaxInterim = 32;

    internal const string TooManyInterim = "answered with more than 32 interim answers (1xx) and no final one";

    /// <summary>The code, 100 to 999; 0 before the first line.</summary>
    public int Status { get; private set; }

    /// <summary>The length of the body, if the head gives it; else -1.</summary>
    public long ContentLength { get; private set; } = -1;

    /// <summary>Chunks overrule a length (RFC 9112, section 6.3).</summary>
    public bool IsChunked { get; private set; }

    /// <summary>In lower case, without parameters; empty if none is named.</summary>
    public string ContentType { get; private set; } = "";

    /// <summary>The session id that the server has given us, requested or not; null if none.</summary>
    public string? Session { get; private set; }

    /// <summary>An answer in between (1xx): another head follows.</summary>
    public bool IsInterim => IsInterimStatus(Status);

    /// <summary>101 is not interim: another protocol follows it (RFC 9110, section 15.2.2).</summary>
    internal static bool IsInterimStatus(int status) => status is 100 or (>= 102 and < 200);

    /// <summary>Reads a line without its end.</summary>
    /// <returns>Null if the line is valid, else the server's mistake, to follow its name in a message.</returns>
    public string? Add(ReadOnlySpan<byte> line)
    {
        if (Status == 0)
            return First(line);
        var colon = line.IndexOf((byte)':');
        // A line that is no field is ignored: proxies and old servers send such lines.
        if (colon <= 0)
            return null;
        var value = AsciiBytes.Trim(line[(colon + 1)..]);
        var name = line[..colon];
        if (AsciiBytes.IsSame(name, "content-length"u8))
            return Length(value);
        if (AsciiBytes.IsSame(name, "transfer-encoding"u8))
            return Coding(value);
        if (AsciiBytes.IsSame(name, "content-type"u8))
        {
            var end = value.IndexOf((byte)';');
            ContentType = Encoding.ASCII.GetString(AsciiBytes.Trim(end < 0 ? value : value[..end])).ToLowerInvariant();
        }
        else if (AsciiBytes.IsSame(name, "mcp-session-id"u8) && !value.IsEmpty)
        {
            // The id is sent back in a header of ours, so it must not be able to end one; the specification allows no other
            // characters either.
            if (!AsciiBytes.IsVisible(value))
                return "gave a session id that is not visible ASCII";
            Session = Encoding.ASCII.GetString(value);
        }
        return null;
    }

    private string? First(ReadOnlySpan<byte> line)
    {
        if (StatusLine.Parse([.. line, (byte)'\n']) is not StatusLine.Complete(var code))
            return "answered something that is not HTTP/1";
        Status = code;
        return null;
    }

    private string? Length(ReadOnlySpan<byte> value)
    {
        var length = AsciiBytes.Number(value);
        if (length < 0 || (ContentLength >= 0 && ContentLength != length))
            return "answered with a length that is none";
        ContentLength = length;
        return null;
    }

    private string? Coding(ReadOnlySpan<byte> value)
    {
        if (!AsciiBytes.IsSame(value, "chunked"u8))
            return "answered in a transfer coding that nobody asked for";
        IsChunked = true;
        return null;
    }
}
