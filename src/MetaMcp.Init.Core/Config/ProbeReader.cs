using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Config;

/// <summary><c>probe = { http = "http://127.0.0.1:8080/health", interval = "15s" }</c>: one target, and the times.</summary>
internal static class ProbeReader
{
    /// <summary>sun_path with its NUL (<c>man 7 unix</c>).</summary>
    private const int LongestSocketPath = 107;

    private static readonly string[] Targets = ["http", "tcp", "unix", "mcp", "exec"];

    private static readonly TableSchema<ProbeSettings> Schema = new()
    {
        { "http", (s, v) => Url(v, "http://127.0.0.1:8080/health") is { } x ? s with { Target = new ProbeTarget.Http(x) } : s },
        { "tcp", (s, v) => Tcp(v) is { } x ? s with { Target = x } : s },
        { "unix", (s, v) => Unix(v) is { } x ? s with { Target = x } : s },
        { "mcp", (s, v) => Url(v, "http://127.0.0.1:3001/mcp") is { } x ? s with { Target = new ProbeTarget.Mcp(x) } : s },
        { "exec", (s, v) => v.Command() is { } x ? s with { Target = new ProbeTarget.Exec(x) } : s },
        { "interval", (s, v) => v.Time(ValueReader.Shortest, "15s") is { } x ? s with { Interval = x } : s },
        { "timeout", (s, v) => v.Time(ValueReader.Shortest, "10s") is { } x ? s with { Timeout = x } : s },
        { "retries", (s, v) => v.Integer(1, 1000, 3) is { } x ? s with { Retries = x } : s },
        { "start_period", (s, v) => v.Time(TimeSpan.Zero, "20s") is { } x ? s with { StartPeriod = x } : s },
    };

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
            UnhealthyAfter = defaults.UnhealthyAfter,
        };
        var probe = Schema.Read(start, table, value.Name, value.Problems, value.Name + ".");
        var given = Targets.Where(t => table.Find(t) is not null).ToList();
        if (given.Count == 0)
            value.Error($"{value.Name} has no target; give it one of http, tcp, unix, mcp or exec");
        else if (given.Count > 1)
            value.Problems.Error(table.Find(given[1])!.At, $"{value.Name} has several targets, {string.Join(" and ", given)}; give it one");
        return ReferenceEquals(probe.Target, start.Target) ? null : probe;
    }

    // Read by the code that will probe, so that no target passes here that fails there.
    private static string? Url(ValueReader value, string example)
    {
        if (value.Text(example) is not { } text)
            return null;
        if (HttpTarget.Parse(text, out var error) is not null)
            return text;
        value.Error($"{value.Name} = {Quoted.Text(text)} {error}; write it as \"{example}\"");
        return null;
    }

    private static ProbeTarget.Tcp? Tcp(ValueReader value)
    {
        if (value.Text("127.0.0.1:8080") is not { } text)
            return null;
        if (HostAndPort.Parse(text, 0, out var error) is not null)
            return new ProbeTarget.Tcp(text);
        value.Error($"{value.Name} = {Quoted.Text(text)} {error}; write it as \"127.0.0.1:8080\" or \"[::1]:8080\"");
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
