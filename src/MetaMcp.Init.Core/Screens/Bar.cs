namespace MetaMcp.Init.Core.Screens;

/// <summary>A part of a whole as a bar, exact to an eighth of a column.</summary>
public static class Bar
{
    private const string Eighths = " ▏▎▍▌▋▊▉█";

    /// <param name="part">From 0 to 1; more is drawn as 1.</param>
    /// <param name="columns">The columns between the ends.</param>
    /// <param name="isAscii">Whole columns of <c>#</c>.</param>
    public static string Draw(double part, int columns, bool isAscii)
    {
        var bar = Plain(part, columns, isAscii);
        return isAscii ? $"[{bar}]" : $"▕{bar}▏";
    }

    /// <summary>The same without ends.</summary>
    public static string Plain(double part, int columns, bool isAscii)
    {
        part = double.IsFinite(part) ? Math.Clamp(part, 0, 1) : 0;
        if (isAscii)
            return new string('#', (int)Math.Round(part * columns)).PadRight(columns);
        var eighths = (int)Math.Round(part * columns * 8);
        var full = new string(Eighths[8], eighths / 8);
        var rest = eighths % 8 == 0 ? "" : $"{Eighths[eighths % 8]}";
        return (full + rest).PadRight(columns);
    }
}
