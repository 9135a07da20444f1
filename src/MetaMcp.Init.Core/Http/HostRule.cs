using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Http;

/// <summary>
/// The hosts that requests may be for. A page in a browser can make its own name lead to this address (DNS rebinding) and would then read
/// the answers; it cannot choose another Host than its name. So names have to be allowed, and addresses, which are no names, always are.
/// </summary>
/// <param name="names">Those of [serve] hosts.</param>
public sealed class HostRule(ImmutableArray<string> names)
{
    /// <param name="host">The value of Host; null where HTTP/1.0 has none, as some probes do.</param>
    public bool Allows(string? host)
    {
        if (host is null)
            return true;
        if (NameOf(host) is not { } name)
            return false;
        if (name.StartsWith('[') || ListenAddress.IsIpv4(name) || name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        foreach (var allowed in names)
            if (name.Equals(allowed, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>The host without its port, IPv6 in brackets; null if the value is none.</summary>
    private static string? NameOf(string host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        if (end == 0)
            return null;
        var (name, port) = end < 0 ? (host, "") : (host[..end], host[end..]);
        if (name.StartsWith('[') && !ListenAddress.IsIpv6(name.AsSpan()[1..^1]))
            return null;
        return port.Length == 0 || (port is [':', _, ..] && port.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0) ? name : null;
    }
}
