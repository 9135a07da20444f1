using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Config;

/// <summary><c>probe = { http = "http://127.0.0.1:8080/health", interval = "15s" }</c>: one target, and how often.</summary>
internal static class ProbeReader
{
    /// <summary>sun_path with its NUL (<c>man 7 unix</c>).</summary>
    private const int LongestSocketPath = 107;

    private static readonly string[] Targets = ["http", "tcp", "unix", "exec"];

    private static readonly TableSchema<ProbeSettings> Schema = new(
        new("http", (s, v) => Http(v) is { } x ? s with { Target = x } : s),
        new("tcp", (s, v) => Tcp(v) is { } x ? s with { Target = x } : s),
        new("unix", (s, v) => Unix(v) is { } x ? s with { Target = x } : s),
        new("exec", (s, v) => v.Command() is { } x ? s with { Target = new ProbeTarget.Exec(x) } : s),
        new("interval", (s, v) => v.Time(ValueReader.Shortest, "15s") is { } x ? s with { Interval = x } : s),
        new("timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { Timeout = x } : s),
        new("retries", (s, v) => v.Integer(1, 1000, 3) is { } x ? s with { Retries = x } : s),
        new("start_period", (s, v) => v.Time(TimeSpan.Zero, "20s") is { } x ? s with { StartPeriod = x } : s));

    public static ProbeSettings? Read(ValueReader value, HealthSettings defaults)
    {
        if (value.Table("{ http = \"http://127.0.0.1:8080/health\" }") is not { } table)
            return null;
        var start = new ProbeSettings
        {
            Target = new ProbeTarget.Tcp(""),
            Interval = defaults.Interval,
            Timeout = defaults.Timeout,
            Retries = defaults.Retries,
        };
        var probe = Schema.Read(start, table, value.Name, value.Problems, value.Name + ".");
        var given = Targets.Where(t => table.Find(t) is not null).ToList();
        if (given.Count == 0)
            value.Error($"{value.Name} has no target; give it one of http, tcp, unix or exec");
        else if (given.Count > 1)
            value.Problems.Error(table.Find(given[1])!.At, $"{value.Name} has several targets, {string.Join(" and ", given)}; give it one");
        return ReferenceEquals(probe.Target, start.Target) ? null : probe;
    }

    private static ProbeTarget.Http? Http(ValueReader value)
    {
        const string Example = "http://127.0.0.1:8080/health";
        if (value.Text(Example) is not { } text)
            return null;
        if (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            value.Error($"{value.Name} speaks no TLS; probe a plain port of the service, or use exec with a program that does");
        else if (!text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Host.Length == 0)
            value.Error($"{value.Name} = {Quoted.Text(text)} is no address; write it as \"{Example}\"");
        else
            return new ProbeTarget.Http(address);
        return null;
    }

    private static ProbeTarget.Tcp? Tcp(ValueReader value)
    {
        const string Example = "127.0.0.1:8080";
        if (value.Text(Example) is not { } text)
            return null;
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        var isHost = host.Length > 0 && !host.Any(char.IsWhiteSpace)
            && (!host.Contains(':', StringComparison.Ordinal) || (host.StartsWith('[') && host.EndsWith(']')));
        var isPort = ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
        if (isHost && isPort)
            return new ProbeTarget.Tcp(text);
        value.Error($"{value.Name} = {Quoted.Text(text)} is no host and port; write it as \"{Example}\" or \"[::1]:8080\"");
        return null;
    }

    private static ProbeTarget.Unix? Unix(ValueReader value)
    {
        if (value.AbsolutePath("/run/app.sock") is not { } path)
            return null;
        if (Encoding.UTF8.GetByteCount(path) <= LongestSocketPath)
            return new ProbeTarget.Unix(path);
        value.Error($"{value.Name} is longer than the {LongestSocketPath} bytes that a socket's path can have");
        return null;
    }
}
