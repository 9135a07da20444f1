using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// The ids that exist in a user namespace (<c>man 7 user_namespaces</c>); lines that are not three numbers are passed over.
/// </summary>
public static class IdMap
{
    private const uint All = uint.MaxValue;

    public static IdRange[] Read(ReadOnlySpan<byte> file)
    {
        List<IdRange> ranges = [];
        while (ColonFields.TryLine(ref file, out var line))
            if (Encoding.Latin1.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var inside, var outside, var count]
                && TryNumber(inside, out var first) && TryNumber(outside, out var other) && TryNumber(count, out var many))
                ranges.Add(new IdRange(first, other, many));
        return [.. ranges];
    }

    /// <summary>Whether it is the map of the machine's first user namespace: every id is itself.</summary>
    public static bool IsWhole(IdRange[] map) => map is [{ Inside: 0, Outside: 0, Count: All }];

    public static bool Has(IdRange[] map, uint id) => Array.Exists(map, r => id >= r.Inside && id - r.Inside < r.Count);

    private static bool TryNumber(string word, out uint number)
    {
        var isNumber = DecimalText.TryRead(word, All, out var read);
        number = (uint)read;
        return isNumber;
    }
}
