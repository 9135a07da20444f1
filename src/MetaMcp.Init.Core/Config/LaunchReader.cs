using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Config;

/// <summary>Values of <c>[launch]</c> with rules of their own.</summary>
internal static class LaunchReader
{
    /// <summary>Other names would be started through links to mcp-init, which could not tell their servers from their other work.</summary>
    public static ImmutableArray<string>? Intercept(ValueReader value)
    {
        if (value.FileNames("npx") is not { } names)
            return null;
        var items = ((TomlArray)value.Node).Items;
        for (var i = 0; i < names.Length; i++)
        {
            if (RunnerCommand.Runners.Contains(names[i]))
                continue;
            value.Item(i, items[i]).Error(
                $"{Quoted.Text(names[i])} cannot be intercepted: only npx and uvx say on their command line which package they start; " +
                "write mcp-init launch NAME -- CMD in place of other commands");
            return null;
        }
        return [.. names.Distinct()];
    }
}
