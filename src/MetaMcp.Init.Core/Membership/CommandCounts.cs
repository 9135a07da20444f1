using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// The names of processes for a line of the log, the most frequent first: <c>9 node, 3 sh, 1 npm exec</c>. A name is <c>comm</c>, which no
/// argument gets into (<c>man 5 proc_pid_comm</c>).
/// </summary>
public static class CommandCounts
{
    /// <summary>The number of names in a line.</summary>
    public const int Most = 5;

    /// <param name="names">The names that were read; that of a process that has ended meanwhile is empty.</param>
    /// <param name="processes">The number of all processes.</param>
    public static ImmutableArray<string> Of(IReadOnlyList<string> names, int processes)
    {
        ArgumentNullException.ThrowIfNull(names);
        var counts = new Dictionary<string, int>();
        foreach (var name in names)
            if (name.Length > 0)
                counts[name] = counts.GetValueOrDefault(name) + 1;
        List<string> sorted = [.. counts.Keys];
        sorted.Sort((a, b) => counts[b].CompareTo(counts[a]) is not 0 and var order ? order : string.CompareOrdinal(a, b));
        var shown = ImmutableArray.CreateBuilder<string>();
        var others = processes;
        for (var i = 0; i < sorted.Count && i < Most; i++)
        {
            shown.Add($"{counts[sorted[i]]} {sorted[i]}");
            others -= counts[sorted[i]];
        }
        if (shown.Count > 0 && others > 0)
            shown.Add($"{others} others");
        return shown.DrainToImmutable();
    }
}
