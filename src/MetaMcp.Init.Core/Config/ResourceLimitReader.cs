using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// <c>rlimits = { nofile = 1024, core = 0, nproc = "512:1024", memlock = "64MiB", stack = "8MiB:unlimited" }</c>: one value for
/// both limits, or soft and hard with a colon between.
/// </summary>
internal static class ResourceLimitReader
{
    private const string Unlimited = "unlimited";

    public static ImmutableArray<ResourceLimit>? Read(ValueReader value)
    {
        if (value.Table("{ nofile = 1024 }") is not { } table)
            return null;
        List<ResourceLimit> limits = [];
        foreach (var entry in table.Entries)
        {
            if (!ResourceTable.All.Contains(entry.Name))
                value.Problems.Error(
                    entry.At, $"unknown resource {Quoted.Text(entry.Name)} in {value.Name}{Suggestion.For(entry.Name, ResourceTable.All)}");
            else if (One(entry.Name, new ValueReader($"{value.Name}.{entry.Name}", entry.Value, value.Problems)) is { } limit)
                limits.Add(limit);
        }
        return [.. limits];
    }

    private static ResourceLimit? One(string resource, ValueReader value)
    {
        if (value.Node is TomlInteger { Number: >= 0 and var number })
            return new ResourceLimit(resource, (ulong)number, (ulong)number);
        var example = ResourceTable.IsInBytes(resource) ? "64MiB" : "1024:4096";
        if (value.Node is not TomlString { Text: var text })
        {
            value.Wrong("a number of 0 or more, or a string with soft and hard limit", $"\"{example}\"");
            return null;
        }
        var parts = text.Split(':');
        if (parts.Length > 2 || !TryAmount(parts[0], resource, out var soft) || !TryAmount(parts[^1], resource, out var hard))
            value.Error($"{value.Name} = {Quoted.Text(text)} is no limit; write it as 1024, \"{example}\" or \"{Unlimited}\"");
        else if ((soft ?? ulong.MaxValue) > (hard ?? ulong.MaxValue))
            value.Error($"{value.Name} = {Quoted.Text(text)} has a soft limit above the hard one");
        else
            return new ResourceLimit(resource, soft, hard);
        return null;
    }

    private static bool TryAmount(string text, string resource, out ulong? amount)
    {
        amount = null;
        if (text == Unlimited)
            return true;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            amount = number;
        else if (ResourceTable.IsInBytes(resource) && ByteSize.TryParse(text, out var size))
            amount = (ulong)size.Bytes;
        return amount is not null;
    }
}
