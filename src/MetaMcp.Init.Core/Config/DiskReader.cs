using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>The value of <c>disk</c> in <c>[limits]</c>.</summary>
internal static class DiskReader
{
    /// <summary>One child reads them all, one after the other, and each has two series in the metrics.</summary>
    private const int Most = 16;

    /// <summary>In characters. A path stands in each answer about the system, which is one line.</summary>
    private const int Longest = 255;

    public static ImmutableArray<string>? Paths(ValueReader value)
    {
        const string Example = "/data";
        if (value.Texts(Example) is not { } paths)
            return null;
        if (paths.Length > Most)
        {
            value.Error($"{value.Name} has {paths.Length} paths; it can have {Most} at most");
            return null;
        }
        var items = ((TomlArray)value.Node).Items;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < paths.Length; i++)
        {
            var item = value.Item(i, items[i]);
            if (item.AbsolutePath(Example) is null)
                return null;
            if (paths[i].Length > Longest)
                item.Error($"{item.Name} has {paths[i].Length} characters; a path here can have {Longest} at most");
            else if (!seen.Add(paths[i].TrimEnd('/')))
                item.Error($"{item.Name} = {Quoted.Text(paths[i])} is in {value.Name} twice; remove one of them");
            else
                continue;
            return null;
        }
        return paths;
    }
}
