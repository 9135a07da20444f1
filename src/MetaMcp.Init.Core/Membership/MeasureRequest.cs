using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// The arguments of the verb <c>measure</c>: the pids of each group and a colon after them, <c>12 13 : 40 :</c>.
/// <see cref="MeasureAnswer"/> reads the answer.
/// </summary>
public static class MeasureRequest
{
    private const string GroupEnd = ":";

    public static ImmutableArray<string> Encode(IEnumerable<int[]> groups)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (var group in groups)
        {
            foreach (var pid in group)
                words.Add(pid.ToString(CultureInfo.InvariantCulture));
            words.Add(GroupEnd);
        }
        return words.DrainToImmutable();
    }

    /// <summary>Null if the words are no such request.</summary>
    public static IReadOnlyList<int[]>? Parse(ReadOnlySpan<string> words)
    {
        var groups = new List<int[]>();
        var group = new List<int>();
        foreach (var word in words)
        {
            if (word == GroupEnd)
            {
                groups.Add([.. group]);
                group.Clear();
            }
            else if (DecimalText.TryRead(word, int.MaxValue, out var pid) && pid > 0)
                group.Add((int)pid);
            else
                return null;
        }
        return group.Count == 0 ? groups : null;
    }
}
