using System.Text;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// Rows of text in columns. One column gives way: it is cut where a row would be wider than the screen. A line of words may stand under a
/// row.
/// </summary>
/// <param name="style">The style.</param>
/// <param name="flexible">The place of the column that gives way.</param>
/// <param name="headings">The headings; one that begins with <c>&gt;</c> is that of a column of figures, which stand to the right.</param>
internal sealed class Columns(ScreenStyle style, int flexible, params string[] headings)
{
    private const string Between = "  ";

    /// <summary>The column that gives way keeps this much.</summary>
    private const int Narrowest = 8;

    private readonly List<(string Mark, string[] Cells, string? Under)> _rows = [];

    /// <param name="mark">The mark, in one column; nothing for a table without marks.</param>
    /// <param name="under">Words under the row; null for none.</param>
    /// <param name="cells">As many as there are headings; their texts may be hostile.</param>
    public void Add(string mark, string? under, params string[] cells) =>
        _rows.Add((mark, Array.ConvertAll(cells, SafeText.Of), under));

    public void AppendTo(StringBuilder screen)
    {
        if (_rows.Count == 0)
            return;
        var hasMarks = _rows.Exists(row => row.Mark.Length > 0);
        var widths = Widths(hasMarks ? 2 : 0);
        Append(screen, hasMarks ? "  " : "", Array.ConvertAll(headings, h => h.TrimStart('>')), widths);
        foreach (var (mark, cells, under) in _rows)
        {
            Append(screen, hasMarks ? (mark.Length > 0 ? mark : " ") + ' ' : "", cells, widths);
            if (under is not null)
                _ = screen.Append("     ").Append(Fit.To(under, style, 5)).Append('\n');
        }
    }

    private int[] Widths(int indent)
    {
        var widths = new int[headings.Length];
        for (var at = 0; at < widths.Length; at++)
        {
            widths[at] = headings[at].TrimStart('>').Length;
            foreach (var (_, cells, _) in _rows)
                widths[at] = Math.Max(widths[at], TextColumns.Of(cells[at]));
        }
        if (style.Width == int.MaxValue)
            return widths;
        var needed = indent + (Between.Length * (widths.Length - 1));
        for (var at = 0; at < widths.Length; at++)
            needed += at == flexible ? 0 : widths[at];
        widths[flexible] = Math.Clamp(style.Width - needed, Math.Min(Narrowest, widths[flexible]), widths[flexible]);
        return widths;
    }

    private void Append(StringBuilder screen, string mark, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var at = 0; at < cells.Length; at++)
        {
            var cell = TextColumns.Cut(cells[at], widths[at], style.Cut);
            _ = line.Append(at == 0 ? "" : Between).Append(
                headings[at].StartsWith('>') ? TextColumns.PadLeft(cell, widths[at]) : TextColumns.PadRight(cell, widths[at]));
        }
        // The colour of a mark takes no column.
        _ = screen.Append(mark).Append(Fit.To(line.ToString().TrimEnd(), style, mark.Length > 0 ? 2 : 0)).Append('\n');
    }
}
