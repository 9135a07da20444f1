using System.Text;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>
/// The rows of <c>top</c>. Unlike those of <see cref="Columns"/>, the columns have a least width, so that they do not move at every look.
/// </summary>
internal static class TopTable
{
    private const int BarWidth = 5, GraphWidth = 6, NarrowestName = 8;

    /// <param name="lines">Gets the headings and at most so many rows.</param>
    /// <param name="view">The state.</param>
    /// <param name="room">The number of rows that there is room for.</param>
    /// <param name="style">The style.</param>
    /// <param name="isSelecting">The selected row is shown.</param>
    public static void AppendTo(List<string> lines, TopView view, int room, ScreenStyle style, bool isSelecting)
    {
        var rows = view.Rows;
        var selected = Math.Max(0, rows.ToList().FindIndex(row => row.Name == view.Selected));
        // The table is scrolled as little as the selected row needs.
        var first = selected < room ? 0 : selected - room + 1;
        var shown = new List<string[]> { Headings(view, style) };
        for (var at = first; at < rows.Count && at - first < room; at++)
            shown.Add(CellsOf(rows[at], view, style));
        var widths = Widths(shown, style);
        for (var at = 0; at < shown.Count; at++)
        {
            var line = Line(shown[at], widths, style);
            if (at == 0)
                lines.Add(Fit.To($"  {line}", style));
            else if (isSelecting && rows[first + at - 1].Name == view.Selected)
                // The attribute is no colour, and the whole row has it.
                lines.Add($"\e[7m{Marks.Sign(rows[first + at - 1].Mark, style.IsAscii)} {line}\e[0m");
            else
                lines.Add($"{Sign(rows[first + at - 1].Mark, style)} {line}");
        }
        if (rows.Count == 0)
            lines.Add(view.Find.Length > 0 ? "  no name has this text" : "  nothing runs");
    }

    /// <summary>A row that is as it should be has no mark: the others are seen at once.</summary>
    private static string Sign(Mark mark, ScreenStyle style) => mark == Mark.Ready ? " " : Marks.Draw(mark, style);

    private static string[] Headings(TopView view, ScreenStyle style)
    {
        var arrow = style.IsAscii ? "v" : "▼";
        string With(string heading, TopSort sort) => view.Sort == sort ? heading + arrow : heading;
        return
        [
            "NAME", "STATE", $"{With("MEM", TopSort.Memory)} / CAP", "", "%", "MEM 5M", With("CPU", TopSort.Cpu),
            view.Sort == TopSort.Processes ? With("PROC", TopSort.Processes) : With("TASKS", TopSort.Tasks), "RST",
        ];
    }

    private static string[] CellsOf(TopRow row, TopView view, ScreenStyle style)
    {
        var part = Cells.PartOf(row.Usage, row.MemoryMax);
        var history = view.History.MemoryOf(row.Name);
        return
        [
            SafeText.Of(row.Name), row.State, Cells.Memory(row.Usage, row.MemoryMax, style),
            part is { } known ? Bar.Plain(known, BarWidth, style.IsAscii) : "",
            part is { } percent ? Cells.Number((long)Math.Round(percent * 100)) : style.Unknown,
            row.Usage?.Memory is null ? "" : Spark.Draw(
                history, view.History.Whole, row.MemoryMax ?? Spark.MostOf(history), GraphWidth, style.IsAscii),
            row.Cores is { } cores ? ShortText.Cores(cores) : style.Unknown,
            view.Sort != TopSort.Processes ? Cells.Tasks(row.Usage, row.TasksMax, style)
                : row.Usage?.Processes is { } processes ? Cells.Number(processes) : style.Unknown,
            row.Restarts is { } restarts ? Cells.Number(restarts) : style.Unknown,
        ];
    }

    /// <summary>The least widths, and those of the cells; the name has the rest.</summary>
    private static int[] Widths(List<string[]> shown, ScreenStyle style)
    {
        int[] widths = [0, 8, 11, BarWidth, 2, GraphWidth, 5, 6, 3];
        foreach (var cells in shown)
            for (var at = 0; at < widths.Length; at++)
                widths[at] = Math.Max(widths[at], TextColumns.Of(cells[at]));
        var needed = 2 + widths.AsSpan(1).ToArray().Sum() + Gap.Sum();
        if (style.Width == int.MaxValue)
            return widths;
        foreach (var at in Expendable)
        {
            if (needed + NarrowestName <= style.Width)
                break;
            needed -= widths[at] + Gap[at];
            widths[at] = LeftOut;
        }
        widths[0] = Math.Max(NarrowestName, Math.Min(style.Width, MostWide) - needed);
        return widths;
    }

    /// <summary>On wider screens the figures do not move further away from their names.</summary>
    private const int MostWide = 120;

    /// <summary>Before each column: two around the bar with its figure, and the graph; one between the others.</summary>
    private static readonly int[] Gap = [0, 1, 1, 2, 1, 2, 1, 1, 1];

    /// <summary>Where there is no room, these are left out in this order: graph, bar, restarts, tasks, the part of the cap, CPU.</summary>
    private static readonly int[] Expendable = [5, 3, 8, 7, 4, 6];

    /// <summary>In place of a width.</summary>
    private const int LeftOut = -1;

    private static string Line(string[] cells, int[] widths, ScreenStyle style)
    {
        var line = new StringBuilder();
        for (var at = 0; at < cells.Length; at++)
        {
            if (widths[at] == LeftOut)
                continue;
            var cell = TextColumns.Cut(cells[at], widths[at], style.Cut);
            // Name, state, bar and graph are no figures.
            _ = line.Append(' ', Gap[at])
                .Append(at is 0 or 1 or 3 or 5 ? TextColumns.PadRight(cell, widths[at]) : TextColumns.PadLeft(cell, widths[at]));
        }
        return Fit.To($"{line}", style, 2);
    }
}
