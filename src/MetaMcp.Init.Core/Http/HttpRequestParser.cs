using System.Text;

namespace MetaMcp.Init.Core.Http;

/// <summary>
/// The head of a request (RFC 9112), read strictly: whatever two readers could understand in two ways is refused. Lines end with CRLF
/// alone; there is no folded line, no control character, one Host at most, no body. Proxies in front of <c>serve</c> and this reader so
/// agree where a request ends.
/// </summary>
public static class HttpRequestParser
{
    /// <summary>The longest head, with the empty line at its end.</summary>
    public const int MaxHead = 8192;

    /// <summary>The most fields; browsers send some twenty.</summary>
    public const int MaxFields = 64;

    private static readonly HttpParse TooLarge =
        new HttpParse.Refused(HttpStatus.HeaderFieldsTooLarge, $"the head of a request has {MaxHead} bytes and {MaxFields} fields at most");

    /// <param name="bytes">Those that the connection has received and that no request took.</param>
    public static HttpParse Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        var head = bytes[..(end < 0 ? Math.Min(bytes.Length, MaxHead) : end + 2)];
        // A client that will never send a valid head gets its answer at once.
        if (Objection(head) is { } objection)
            return objection;
        if (end < 0)
            return bytes.Length < MaxHead ? HttpParse.Incomplete.Instance : TooLarge;
        if (end + 4 > MaxHead)
            return TooLarge;
        var line = head[..head.IndexOf("\r\n"u8)];
        if (RequestLine.Parse(line, out var refused) is not { } first)
            return refused!;
        var fields = new HeadFields();
        for (var rest = head[(line.Length + 2)..]; !rest.IsEmpty;)
        {
            var length = rest.IndexOf("\r\n"u8);
            if (fields.Add(rest[..length]) is { } problem)
                return problem;
            rest = rest[(length + 2)..];
            if (fields.Count > MaxFields)
                return TooLarge;
        }
        return fields.Problem(first) ?? new HttpParse.Complete(fields.Request(first), end + 4);
    }

    internal static HttpParse Bad(string reason) => new HttpParse.Refused(HttpStatus.BadRequest, reason);

    internal static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>What no head can have, found before its end has come.</summary>
    private static HttpParse? Objection(ReadOnlySpan<byte> head)
    {
        for (var at = 0; at < head.Length; at++)
        {
            var value = head[at];
            if (value == '\n' && (at == 0 || head[at - 1] != '\r'))
                return Bad("a line of the head ends with CR and LF");
            if (value == '\r' && at + 1 < head.Length && head[at + 1] != '\n')
                return Bad("a CR stands before a LF alone");
            if (value is < 0x20 or 0x7f && value is not ((byte)'\r' or (byte)'\n' or (byte)'\t'))
                return Bad("the head has a control character in it");
        }
        return null;
    }
}
