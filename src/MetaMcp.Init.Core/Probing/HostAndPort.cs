using System.Globalization;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The address that a probe connects to.</summary>
/// <param name="Host">A name, an IPv4 address, or an IPv6 address without its brackets.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record HostAndPort(string Host, int Port)
{
    /// <summary>Reads <c>HOST:PORT</c>; the port is optional if there is a default; IPv6 stands in brackets.</summary>
    /// <param name="text">The text as given.</param>
    /// <param name="defaultPort">The port if none is named; 0 if the text must name one.</param>
    /// <param name="error">Null on success, else the error, to follow the text in a message.</param>
    /// <returns>Null if <paramref name="error"/> is set.</returns>
    public static HostAndPort? Parse(ReadOnlySpan<char> text, int defaultPort, out string? error)
    {
        ReadOnlySpan<char> host;
        ReadOnlySpan<char> rest;
        if (text.StartsWith("["))
        {
            var close = text.IndexOf(']');
            if (close < 0)
                return Fail("has no closing ']'", out error);
            host = text[1..close];
            rest = text[(close + 1)..];
            if (!IsIpv6(host))
                return Fail("has no IPv6 address between its brackets", out error);
            if (rest.Length > 0 && rest[0] != ':')
                return Fail("has something other than a port after ']'", out error);
        }
        else
        {
            var colon = text.IndexOf(':');
            if (colon >= 0 && text[(colon + 1)..].Contains(':'))
                return Fail("has an IPv6 address that is not in brackets", out error);
            host = colon < 0 ? text : text[..colon];
            rest = colon < 0 ? [] : text[colon..];
            if (host.IsEmpty)
                return Fail("has no host", out error);
            if (!IsName(host))
                return Fail("has a character in its host that no name has", out error);
        }
        if (rest.IsEmpty && defaultPort == 0)
            return Fail("has no port", out error);
        var port = defaultPort;
        if (!rest.IsEmpty && (!int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) ||
                port is < 1 or > 65535))
        {
            return Fail("has a port that is not a number from 1 to 65535", out error);
        }
        error = null;
        return new HostAndPort(host.ToString(), port);
    }

    /// <summary>The host as in a URL: IPv6 in brackets.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    // Near enough: whether it is an address, inet_pton knows.
    private static bool IsIpv6(ReadOnlySpan<char> host)
    {
        foreach (var c in host)
        {
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                return false;
        }
        return host.Contains(':');
    }

    // The underscore is in no standard and in many a compose file.
    private static bool IsName(ReadOnlySpan<char> host)
    {
        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                return false;
        }
        return host.Length <= 253;
    }

    private static HostAndPort? Fail(string what, out string? error)
    {
        error = what;
        return null;
    }
}
