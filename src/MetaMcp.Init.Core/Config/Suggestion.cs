namespace MetaMcp.Init.Core.Config;

/// <summary>"Did you mean": the nearest of the names there are.</summary>
public static class Suggestion
{
    /// <summary>Longer names are no typing errors, and the distance costs the product of the lengths.</summary>
    private const int Longest = 64;

    /// <returns><c>; did you mean "command"?</c>, or an empty text if no name is near.</returns>
    public static string For(string name, IEnumerable<string> known) =>
        Nearest(name, known) is { } nearest ? $"; did you mean {Quoted.Text(nearest)}?" : "";

    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > Longest)
            return null;
        // A third of the name may be wrong, but not all of it: "a" is no mistake for "d".
        var best = Math.Min(Math.Max(1, name.Length / 3), name.Length - 1) + 1;
        string? nearest = null;
        foreach (var candidate in known)
        {
            if (candidate.Length > Longest || Math.Abs(candidate.Length - name.Length) >= best)
                continue;
            var distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < best)
                (best, nearest) = (distance, candidate);
        }
        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein, optimal alignment).</summary>
    internal static int Distance(string a, string b)
    {
        Span<int> before = stackalloc int[b.Length + 1];
        Span<int> above = stackalloc int[b.Length + 1];
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            above[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(above[j], row[j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            var spare = before;
            before = above;
            above = row;
            row = spare;
        }
        return above[b.Length];
    }
}
