using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>One line of /proc/[pid]/uid_map: this many ids from <paramref name="Inside"/> on are <paramref name="Outside"/> and on.</summary>
public readonly record struct IdRange(uint Inside, uint Outside, uint Count);

/// <summary>The ids that exist in a user namespace (<c>man 7 user_namespaces</c>); lines that are not three numbers are passed over.</summary>
public static class IdMap
{
    private const uint All = uint.MaxValue;

    public static ImmutableArray<IdRange> Read(ReadOnlySpan<byte> file)
    {
        var ranges = ImmutableArray.CreateBuilder<IdRange>();
        while (ColonFields.TryLine(ref file, out var line))
            if (TryNumber(ref line, out var inside) && TryNumber(ref line, out var outside) && TryNumber(ref line, out var count)
                && line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
                ranges.Add(new IdRange(inside, outside, count));
        return ranges.ToImmutable();
    }

    /// <summary>Whether it is the map of the machine's first user namespace: every id is itself.</summary>
    public static bool IsWhole(ImmutableArray<IdRange> map) => map is [{ Inside: 0, Outside: 0, Count: All }];

    public static bool Has(ImmutableArray<IdRange> map, uint id)
    {
        foreach (var range in map)
            if (id >= range.Inside && id - range.Inside < range.Count)
                return true;
        return false;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> line, out uint number)
    {
        number = 0;
        line = line.TrimStart(" \t"u8);
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        var word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        if (!DecimalText.TryRead(word, All, out var read))
            return false;
        number = (uint)read;
        return true;
    }
}
