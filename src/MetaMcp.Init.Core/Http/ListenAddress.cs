using System.Globalization;

namespace MetaMcp.Init.Core.Http;

/// <summary>Where <c>serve</c> listens. Names are not looked up: an address that changes with a resolver is no place to listen.</summary>
/// <param name="Host">An address in digits; empty for all addresses of the machine.</param>
/// <param name="Port">1 to 65535; 0 for a socket file.</param>
public sealed record ListenAddress(string Host, int Port)
{
    private const string Local = "localhost";

    /// <summary>The file of a Unix socket; null for an address and a port.</summary>
    public string? Path { get; init; }

    /// <summary>Whether others than this machine may connect.</summary>
    public bool IsOpen => Path is null && Host is not ("::1" or Local) && !Host.StartsWith("127.", StringComparison.Ordinal);

    /// <summary>
    /// Reads <c>127.0.0.1:9464</c>, <c>[::1]:9464</c>, <c>localhost:9464</c>, <c>:9464</c> or <c>unix:/run/serve.sock</c>.
    /// </summary>
    /// <param name="text">The text as given.</param>
    /// <param name="error">Null on success, else the error, to follow the text in a message.</param>
    public static ListenAddress? Parse(string text, out string? error)
    {
        error = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = text["unix:".Length..];
            return path is ['/' or '@', _, ..] && System.Text.Encoding.UTF8.GetByteCount(path) < LongestPath
                ? new ListenAddress("", 0) { Path = path }
                : Fail($"has no absolute path of up to {LongestPath - 1} bytes after \"unix:\"", out error);
        }
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return Fail("has no port", out error);
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ||
            port is < 1 or > 65535)
            return Fail("has no port from 1 to 65535 at its end", out error);
        var host = text[..colon];
        if (host is ['[', .., ']'] && IsIpv6(host.AsSpan()[1..^1]))
            return new ListenAddress(host[1..^1], port);
        if (host.Length == 0 || IsIpv4(host) || host == Local)
            return new ListenAddress(host, port);
        return Fail(
            host.Contains(':', StringComparison.Ordinal) ? "has an IPv6 address that is not in brackets, or none"
                : "has a host that is no address: names are not looked up here", out error);
    }

    public override string ToString() => Path is not null ? $"unix:{Path}"
        : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    internal static bool IsIpv4(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.IndexOfAnyExceptInRange('0', '9') >= 0 ||
                int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) > 255)
                return false;
        }
        return parts == 4;
    }

    /// <summary>Near enough: whether it is an address, the kernel's own reader says at the start.</summary>
    internal static bool IsIpv6(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                return false;
        return text.Contains(':') && text.Length is >= 2 and <= 45;
    }

    /// <summary>sun_path (<c>man 7 unix</c>).</summary>
    private const int LongestPath = 108;

    private static ListenAddress? Fail(string what, out string? error)
    {
        error = what;
        return null;
    }
}
