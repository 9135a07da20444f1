namespace MetaMcp.Init.Core.Http;

/// <summary>The first line: <c>GET /metrics HTTP/1.1</c>.</summary>
/// <param name="Path">Without the query.</param>
/// <param name="IsHead">HEAD in place of GET.</param>
/// <param name="IsOld">HTTP/1.0.</param>
internal sealed record RequestLine(string Path, bool IsHead, bool IsOld)
{
    private const int LongestMethod = 32;

    public static RequestLine? Parse(ReadOnlySpan<byte> line, out HttpParse? refused)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || !IsToken(line[..first]) || first > LongestMethod)
            return Refuse(HttpRequestParser.Bad("the first line is a method, a path and a version"), out refused);
        var method = line[..first];
        var target = line[(first + 1)..last];
        var version = line[(last + 1)..];
        if (!version.SequenceEqual("HTTP/1.1"u8) && !version.SequenceEqual("HTTP/1.0"u8))
        {
            var isHttp = version is [(byte)'H', (byte)'T', (byte)'T', (byte)'P', (byte)'/', >= (byte)'0' and <= (byte)'9', (byte)'.',
                >= (byte)'0' and <= (byte)'9'];
            return Refuse(
                isHttp ? new HttpParse.Refused(HttpStatus.VersionNotSupported, "HTTP/1.1 and HTTP/1.0 are spoken here")
                    : HttpRequestParser.Bad("the first line ends with HTTP/1.1"), out refused);
        }
        var isHead = method.SequenceEqual("HEAD"u8);
        if (!isHead && !method.SequenceEqual("GET"u8))
            return Refuse(
                new HttpParse.Refused(HttpStatus.MethodNotAllowed, "GET and HEAD are answered; nothing can be changed here"), out refused);
        if (target is not [(byte)'/', ..] || !IsTarget(target))
            return Refuse(HttpRequestParser.Bad("the path begins with / and has visible ASCII alone"), out refused);
        var query = target.IndexOf((byte)'?');
        refused = null;
        return new RequestLine(
            HttpRequestParser.Latin(query < 0 ? target : target[..query]), isHead, version.SequenceEqual("HTTP/1.0"u8));
    }

    /// <summary>RFC 9110, section 5.6.2.</summary>
    internal static bool IsToken(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
            if (!char.IsAsciiLetterOrDigit((char)value) && "!#$%&'*+-.^_`|~"u8.IndexOf(value) < 0)
                return false;
        return !text.IsEmpty;
    }

    /// <summary>A fragment is never sent.</summary>
    private static bool IsTarget(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
            if (value is <= 0x20 or >= 0x7f or (byte)'#')
                return false;
        return true;
    }

    private static RequestLine? Refuse(HttpParse with, out HttpParse? refused)
    {
        refused = with;
        return null;
    }
}
