using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>The names of a family of kernel constants, in lower case without the prefix: the index of a name is its number.</summary>
internal static class NumberedNames
{
    /// <summary>Reads a name with or without the prefix, in any case; -1 where the family has no such name.</summary>
    public static int Find(ImmutableArray<string> names, string prefix, string name)
    {
        var bare = name.AsSpan(name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? prefix.Length : 0);
        for (var number = 0; number < names.Length; number++)
            if (bare.Equals(names[number], StringComparison.OrdinalIgnoreCase))
                return number;
        return -1;
    }
}
