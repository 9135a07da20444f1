using System.Text;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// Rows of text in columns. The first column gives way: it is cut where a row would be wider than the screen. A line of words may stand
/// under a row.
/// </summary>
/// <param name="style">The style.</param>
/// <param name="headings">The headings; one that begins with <c>&gt;</c> is that of a column of figures, which stand to the right.</param>
internal sealed class Columns(ScreenStyle style, params string[] headings)
{
    private const string Between = "  ";

    private readonly List<(string Mark, string[] Cells, string? Under)> _rows = [];

    /// <param name="mark">The mark, in one column, or nothing.</param>
    /// <param name="under">Words under the row; null for none.</param>
    /// <param name="cells">As many as there are headings.</param>
    public void Add(string mark, string? under, params string[] cells) => _rows.Add((mark, cells, under));

    public void AppendTo(StringBuilder screen)
    {
        if (_rows.Count == 0)
            return;
        var widths = Widths();
        Append(screen, " ", Array.ConvertAll(headings, h => h.TrimStart('>')), widths);
        foreach (var (mark, cells, under) in _rows)
        {
            Append(screen, mark, cells, widths);
            if (under is not null)
                _ = screen.Append("     ").Append(Fit.To(under, style, 5)).Append('\n');
        }
    }

    private int[] Widths()
    {
        var widths = new int[headings.Length];
        for (var at = 0; at < widths.Length; at++)
        {
            widths[at] = headings[at].TrimStart('>').Length;
            foreach (var (_, cells, _) in _rows)
                widths[at] = Math.Max(widths[at], cells[at].Length);
        }
        // The mark and the blank behind it stand in front.
        var needed = 2 + (Between.Length * (widths.Length - 1));
        for (var at = 1; at < widths.Length; at++)
            needed += widths[at];
        if (style.Width != int.MaxValue)
            widths[0] = Math.Clamp(style.Width - needed, Math.Min(8, widths[0]), widths[0]);
        return widths;
    }

    private void Append(StringBuilder screen, string mark, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var at = 0; at < cells.Length; at++)
        {
            var cell = cells[at].Length > widths[at] ? cells[at][..(widths[at] - 1)] + style.Cut : cells[at];
            _ = line.Append(at == 0 ? "" : Between)
                .Append(headings[at].StartsWith('>') ? cell.PadLeft(widths[at]) : cell.PadRight(widths[at]));
        }
        _ = screen.Append(mark).Append(' ').Append(Fit.To(line.ToString().TrimEnd(), style, 2)).Append('\n');
    }
}
