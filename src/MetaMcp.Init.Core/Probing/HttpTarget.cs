namespace MetaMcp.Init.Core.Probing;

/// <summary>The target of an HTTP probe. There is no TLS in a static executable, so https is refused with advice.</summary>
/// <param name="Address">The address to connect to.</param>
/// <param name="HostHeader">The Host header: as in the URL, without the port if it is 80.</param>
/// <param name="PathAndQuery">Starts with a slash; printable ASCII only.</param>
public sealed record HttpTarget(HostAndPort Address, string HostHeader, string PathAndQuery)
{
    private const string Scheme = "http://";

    /// <summary>Reads an absolute http URL; the fragment is dropped, since it is never sent.</summary>
    /// <param name="text">The URL as given.</param>
    /// <param name="error">Null on success, else the error, to follow the URL in a message.</param>
    /// <returns>Null if <paramref name="error"/> is set.</returns>
    public static HttpTarget? Parse(string text, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            error = "needs TLS, which this probe does not speak: probe the plain port, or use exec with curl";
            return null;
        }
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            error = "does not start with http://";
            return null;
        }
        // A line end in the path would let its author add headers.
        if (text.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            error = "has a space, a control character or a letter outside ASCII: write it as %XX";
            return null;
        }
        var rest = text.AsSpan(Scheme.Length);
        if (rest.IndexOf('#') is >= 0 and var fragment)
            rest = rest[..fragment];
        var slash = rest.IndexOfAny('/', '?');
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? [] : rest[slash..];
        if (authority.Contains('@'))
        {
            error = "has a user in it, which this probe does not send";
            return null;
        }
        var address = HostAndPort.Parse(authority, 80, out error);
        if (address is null)
            return null;
        var name = address.ToString();
        var header = address.Port == 80 ? name[..^":80".Length] : name;
        return new HttpTarget(address, header, path.StartsWith("/") ? path.ToString() : $"/{path}");
    }
}
