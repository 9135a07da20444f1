namespace MetaMcp.Init.Core.Screens;

/// <summary>A row of values as columns of different heights, the latest at the right.</summary>
public static class Spark
{
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const string AsciiLevels = "_.:-=+*#";

    /// <summary>The full height where there is no cap: what does not change stands in the middle.</summary>
    public static double MostOf(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values.Max() * 1.6;

    /// <param name="values">The oldest first; one that is no number (NaN) was not known, and nothing is drawn for it.</param>
    /// <param name="whole">The number of values that fill all columns; with fewer, columns at the left stay empty.</param>
    /// <param name="most">The value of full height.</param>
    /// <param name="columns">The width.</param>
    /// <param name="isAscii">Characters of ASCII alone.</param>
    public static string Draw(IReadOnlyList<double> values, int whole, double most, int columns, bool isAscii)
    {
        ArgumentNullException.ThrowIfNull(values);
        Span<char> line = stackalloc char[Math.Max(columns, 0)];
        line.Fill(' ');
        // Each column has the highest of its values: a peak is not to be lost between two that are drawn.
        var perColumn = Math.Max(1, whole / (double)Math.Max(columns, 1));
        for (var at = 0; at < values.Count; at++)
        {
            var column = columns - 1 - (int)((values.Count - 1 - at) / perColumn);
            if (column < 0 || double.IsNaN(values[at]))
                continue;
            var level = Level(values[at], most, isAscii);
            if (line[column] == ' ' || Of(isAscii).IndexOf(level, StringComparison.Ordinal) >
                Of(isAscii).IndexOf(line[column], StringComparison.Ordinal))
                line[column] = level;
        }
        return new string(line);
    }

    private static string Of(bool isAscii) => isAscii ? AsciiLevels : Levels;

    private static char Level(double value, double most, bool isAscii)
    {
        var part = most > 0 && double.IsFinite(value / most) ? Math.Clamp(value / most, 0, 1) : 0;
        return Of(isAscii)[Math.Min((int)(part * Levels.Length), Levels.Length - 1)];
    }
}
