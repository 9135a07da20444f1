using System.Globalization;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary><c>log_rate_limit</c>: a rate, a table of a rate and a burst, or <c>"off"</c>.</summary>
internal static class LogRateReader
{
    private const int LargestBurst = 1_000_000;

    private static readonly TableSchema<LineRate> Table = new()
    {
        { "rate", (s, v) => Rate(v, "") is { } x ? x : s },
        { "burst", (s, v) => s },
    };

    public static ServiceSettings Read(ServiceSettings service, ValueReader value)
    {
        if (value.Node is TomlTable table)
            return OfTable(table, value) is { } both ? service with { LogRateLimit = both } : service;
        if (value.Node is TomlString { Text: "off" })
            return service with { LogRateLimit = null };
        return Rate(value, ", or \"off\"") is { } rate ? service with { LogRateLimit = rate } : service;
    }

    private static LineRate? OfTable(TomlTable table, ValueReader value)
    {
        var none = new LineRate(0, TimeSpan.Zero);
        var rate = Table.Read(none, table, value.Name, value.Problems, value.Name + ".");
        if (table.Find("rate") is null)
            value.Error($"{value.Name} has no rate; write {value.Name} = {{ rate = \"1000/s\", burst = 10000 }}");
        // Read after the rate, in any order in the file: the default burst of a rate holds only if the table names none.
        if (table.Find("burst") is { } entry &&
            new ValueReader($"{value.Name}.burst", entry.Value, value.Problems).Integer(1, LargestBurst, 10_000) is { } burst)
            rate = rate with { Burst = burst };
        return rate.Lines > 0 ? rate : null;
    }

    private static LineRate? Rate(ValueReader value, string other)
    {
        if (value.Text("1000/s") is not { } text)
            return null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var isCount = int.TryParse(text.AsSpan(0, Math.Max(slash, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var lines);
        TimeSpan? per = text[(slash + 1)..] switch
        {
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            _ => null,
        };
        if (isCount && lines > 0 && per is { } span)
            return LineRate.WithUsualBurst(lines, span);
        value.Error(
            $"{value.Name} = {Quoted.Text(text)} is no rate; write it as lines per second or minute, \"1000/s\" or \"600/m\"{other}");
        return null;
    }
}
