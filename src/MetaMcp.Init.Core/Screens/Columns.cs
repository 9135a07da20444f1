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
    /// <summary>The words under a row begin here, below its name.</summary>
    public const int UnderIndent = 5;

    private const string Between = "  ";

    /// <summary>The column that gives way keeps this much.</summary>
    private const int Narrowest = 8;

    /// <summary>Headings of columns that are left out one by one, in this order, where the rows have no room.</summary>
    public string[] Expendable { get; init; } = [];

    /// <summary>Other columns are left out before it has less than this.</summary>
    private const int Readable = 14;

    /// <summary>In place of a width.</summary>
    private const int LeftOut = -1;

    private readonly bool[] _isFigure = Array.ConvertAll(headings, heading => heading.StartsWith('>'));
    private readonly string[] _headings = Array.ConvertAll(headings, heading => heading.TrimStart('>'));
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
        Append(screen, hasMarks ? "  " : "", _headings, widths);
        foreach (var (mark, cells, under) in _rows)
        {
            Append(screen, hasMarks ? (mark.Length > 0 ? mark : " ") + ' ' : "", cells, widths);
            if (under is not null)
                _ = screen.Append(' ', UnderIndent).Append(Fit.To(under, style, UnderIndent)).Append('\n');
        }
    }

    private int[] Widths(int indent)
    {
        var widths = new int[_headings.Length];
        for (var at = 0; at < widths.Length; at++)
        {
            widths[at] = _headings[at].Length;
            foreach (var (_, cells, _) in _rows)
                widths[at] = Math.Max(widths[at], TextColumns.Of(cells[at]));
        }
        if (style.Width == int.MaxValue)
            return widths;
        var needed = indent - Between.Length;
        for (var at = 0; at < widths.Length; at++)
            needed += Between.Length + (at == flexible ? 0 : widths[at]);
        var least = Math.Min(Narrowest, widths[flexible]);
        foreach (var heading in Expendable)
        {
            if (needed + Math.Min(Readable, widths[flexible]) <= style.Width)
                break;
            var at = Array.IndexOf(_headings, heading);
            needed -= Between.Length + widths[at];
            widths[at] = LeftOut;
        }
        widths[flexible] = Math.Clamp(style.Width - needed, least, widths[flexible]);
        return widths;
    }

    /// <summary>Straight to the screen: tables of hundreds of rows would be many thousands of strings.</summary>
    private void Append(StringBuilder screen, string mark, string[] cells, int[] widths)
    {
        // The colour of a mark takes no column.
        var start = screen.Append(mark).Length;
        var (columns, end) = (0, start);
        for (var at = 0; at < cells.Length; at++)
        {
            if (widths[at] == LeftOut)
                continue;
            var cell = TextColumns.Cut(cells[at], widths[at], style.Cut);
            var blanks = widths[at] - TextColumns.Of(cell);
            columns += (at == 0 ? 0 : Between.Length) + widths[at];
            _ = screen.Append(at == 0 ? "" : Between);
            if (_isFigure[at])
                _ = screen.Append(' ', blanks).Append(cell);
            else
                _ = screen.Append(cell).Append(' ', blanks);
            // Nothing stands behind the last text of a line.
            end = cell.Length == 0 ? end : screen.Length - (_isFigure[at] ? 0 : blanks);
        }
        screen.Length = end;
        if (columns > style.Width - (mark.Length > 0 ? 2 : 0))
        {
            var line = screen.ToString(start, end - start);
            screen.Length = start;
            _ = screen.Append(Fit.To(line, style, mark.Length > 0 ? 2 : 0));
        }
        _ = screen.Append('\n');
    }
}
