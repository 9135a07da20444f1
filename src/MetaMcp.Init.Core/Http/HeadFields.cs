using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Http;

/// <summary>The fields of a head that mean something here; others are checked and dropped.</summary>
internal sealed class HeadFields
{
    private string? _host;
    private string? _accept;
    private string? _length;
    private bool _isClosed;
    private bool _isKept;

    public int Count { get; private set; }

    /// <summary>Takes a line without its end.</summary>
    /// <returns>The refusal; null if the line is a field.</returns>
    public HttpParse? Add(ReadOnlySpan<byte> line)
    {
        Count++;
        var colon = line.IndexOf((byte)':');
        // A name with a space behind it, or a line that continues the one before it, is read in two ways by two readers.
        if (colon <= 0 || !RequestLine.IsToken(line[..colon]))
            return HttpRequestParser.Bad("a line of the head is NAME: VALUE, and is not continued on the next line");
        var name = line[..colon];
        var value = AsciiBytes.Trim(line[(colon + 1)..]);
        if (AsciiBytes.IsSame(name, "host"u8))
            return Once(ref _host, value, "Host");
        if (AsciiBytes.IsSame(name, "content-length"u8))
            return Once(ref _length, value, "Content-Length");
        if (AsciiBytes.IsSame(name, "transfer-encoding"u8))
            return new HttpParse.Refused(HttpStatus.NotImplemented, "a request has no body here");
        if (AsciiBytes.IsSame(name, "expect"u8))
            return new HttpParse.Refused(HttpStatus.ExpectationFailed, "a request has no body here that could be expected");
        if (AsciiBytes.IsSame(name, "accept"u8))
            _accept = _accept is null ? HttpRequestParser.Latin(value) : $"{_accept},{HttpRequestParser.Latin(value)}";
        else if (AsciiBytes.IsSame(name, "connection"u8))
            Connection(HttpRequestParser.Latin(value));
        return null;
    }

    /// <summary>What all fields together lack or have too much.</summary>
    public HttpParse? Problem(RequestLine first)
    {
        if (_host is null && !first.IsOld)
            return HttpRequestParser.Bad("a request of HTTP/1.1 has a Host");
        if (_length is null or "0")
            return null;
        return AsciiBytes.Number(System.Text.Encoding.Latin1.GetBytes(_length)) < 0
            ? HttpRequestParser.Bad("Content-Length is a number")
            : new HttpParse.Refused(HttpStatus.ContentTooLarge, "a request has no body here");
    }

    public HttpRequest Request(RequestLine first) => new(first.Path, first.IsHead)
    {
        Host = _host, Accept = _accept, KeepsAlive = !_isClosed && (!first.IsOld || _isKept),
    };

    private void Connection(string value)
    {
        foreach (var word in value.Split(','))
        {
            _isClosed |= word.AsSpan().Trim().Equals("close", StringComparison.OrdinalIgnoreCase);
            _isKept |= word.AsSpan().Trim().Equals("keep-alive", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static HttpParse? Once(ref string? field, ReadOnlySpan<byte> value, string name)
    {
        if (field is not null)
            return HttpRequestParser.Bad($"{name} comes once");
        field = HttpRequestParser.Latin(value);
        return null;
    }
}
