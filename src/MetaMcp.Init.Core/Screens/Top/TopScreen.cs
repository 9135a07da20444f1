using System.Globalization;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>
/// <c>mcp-init top</c>: lines for a screen of a size. On a low one there are no rules and no events, and of the rows those around the
/// selected one.
/// </summary>
public static class TopScreen
{
    /// <summary>Three of the head, one of headings, one of keys.</summary>
    private const int Fixed = 5;

    private const int MostEvents = 2;

    /// <summary>From this height on there are rules and events.</summary>
    private const int Tall = 16;

    /// <param name="view">The state.</param>
    /// <param name="height">The lines of the screen; no more are returned. <see cref="int.MaxValue"/> is a page for a file.</param>
    /// <param name="style">The style; colours also turn the selected row around.</param>
    /// <param name="clock">The time of day.</param>
    /// <returns>Lines, without their ends.</returns>
    public static IReadOnlyList<string> Draw(TopView view, int height, ScreenStyle style, string clock)
    {
        ArgumentNullException.ThrowIfNull(view);
        var isFile = height == int.MaxValue;
        var lines = Head(view, style, clock);
        if (view.Status is null)
            return lines;
        if (view.Mode is TopMode.Page page && !isFile)
        {
            Page(lines, view, page, height, style);
            return lines;
        }
        if (view.Mode is TopMode.Keys && !isFile)
        {
            lines.RemoveRange(1, lines.Count - 1);
            TopKeys.AppendTo(lines, view.MayAct, height, style);
            return lines;
        }
        var isTall = height >= Tall;
        var rule = new string(style.IsAscii ? '-' : '─', style.Width == int.MaxValue ? 80 : style.Width);
        if (isTall)
            lines.Add(rule);
        var events = isTall ? LastEvents(view, style) : [];
        var room = isFile ? int.MaxValue : Math.Max(1, height - Fixed - (isTall ? 2 + MostEvents : 0));
        var before = lines.Count;
        TopTable.AppendTo(lines, view, room, style, isSelecting: !isFile);
        if (isFile)
            return lines;
        while (lines.Count - before < room + 1)
            lines.Add("");
        if (isTall)
        {
            lines.Add(rule);
            lines.AddRange(events);
            while (lines.Count < height - 1)
                lines.Add("");
        }
        lines.Add(Keys(view, style));
        return lines.Count > height ? lines[..Math.Max(height, 0)] : lines;
    }

    private static List<string> Head(TopView view, ScreenStyle style, string clock)
    {
        var front = "mcp-init top   ";
        if (view.Status is not { } status)
            return [Fit.To($"{front}{(view.IsLost ? "mcp-init does not answer" : "looking")}", style)];
        front += $"up {ShortText.Time(status.System.Uptime)}   ";
        var rest = $" {StatusScreen.WordOf(status)}   {ShortText.Time(view.Delay)}{(view.IsLost ? "   mcp-init does not answer" : "")}";
        var room = (style.Width == int.MaxValue ? 80 : style.Width) - TextColumns.Of(front) - 1;
        rest = TextColumns.Of(rest) + 2 + clock.Length > room ? rest : TextColumns.PadRight(rest, room - clock.Length) + clock;
        var first = $"{front}{Marks.Draw(StatusScreen.VerdictOf(status), style)}{Fit.To(rest, style, TextColumns.Of(front) + 1)}";
        return [first, MemoryLine(view, status, style), CpuLine(view, status, style)];
    }

    private static string MemoryLine(TopView view, StatusDocument status, ScreenStyle style)
    {
        var usage = status.Workload;
        var history = view.History.MemoryOf(TopHistory.All);
        var most = status.System.MemoryMax ?? Spark.MostOf(history);
        var part = Cells.PartOf(usage, status.System.MemoryMax) is { } known ? $"  {ShortText.Percent(known)}" : "";
        return Fit.To(
            $"mem {Graph(view, history, most, style)}  {Cells.Memory(usage, status.System.MemoryMax, style)}{part}   pressure some " +
            $"{Share(usage?.MemoryPressure?.Some, style)} full {Share(usage?.MemoryPressure?.Full, style)}", style);
    }

    private static string CpuLine(TopView view, StatusDocument status, ScreenStyle style)
    {
        var history = view.History.CoresBefore(TopHistory.All);
        var most = status.System.CpuMax ?? Spark.MostOf(history);
        var now = view.History.CoresOf(TopHistory.All) is { } cores ? ShortText.Cores(cores) : style.Unknown;
        var cap = status.System.CpuMax is { } limit ? $" / {ShortText.Cores(limit)}" : "";
        var throttled = status.Workload?.Throttled > TimeSpan.Zero ? $"   throttled {ShortText.Time(status.Workload.Throttled.Value)}" : "";
        var tasks = status.Workload?.Tasks is not null ? $"   tasks {Cells.Tasks(status.Workload, status.System.TasksMax, style)}" : "";
        return Fit.To($"cpu {Graph(view, history, most, style)}  {now}{cap} cores{throttled}{tasks}", style);
    }

    private static string Graph(TopView view, IReadOnlyList<double> values, double most, ScreenStyle style) =>
        Spark.Draw(values, view.History.Whole, most, Math.Clamp((int)Math.Min(style.Width, 200L) * 3 / 10, 8, 60), style.IsAscii);

    private static string Share(PressureShares? shares, ScreenStyle style) =>
        shares is { } known ? known.Average10.ToString("0.0", CultureInfo.InvariantCulture) : style.Unknown;

    /// <summary>Those that need a person before others, and of these the last.</summary>
    private static List<string> LastEvents(TopView view, ScreenStyle style)
    {
        var shown = view.Events.Where(row => row.Level >= EventLevel.Warning).TakeLast(MostEvents).ToList();
        if (shown.Count < MostEvents)
            shown.AddRange(view.Events.Except(shown).TakeLast(MostEvents - shown.Count));
        var lines = new List<string>();
        foreach (var row in shown.OrderBy(row => row.Sequence))
        {
            var mark = row.Level switch
            {
                EventLevel.Error => Marks.Draw(Mark.Broken, style),
                EventLevel.Warning => Marks.Draw(Mark.Warning, style),
                _ => " ",
            };
            lines.Add($"{ShortText.Age(row.Age),4} {mark} {Fit.To($"{row.Subject ?? "mcp-init"} {row.Text}", style, 7)}");
        }
        return lines;
    }

    private static void Page(List<string> lines, TopView view, TopMode.Page page, int height, ScreenStyle style)
    {
        // The text is made by a screen of its own, and its lines are safe and cut already.
        var text = view.PageText.Split('\n');
        var room = Math.Max(1, height - 3);
        lines.RemoveRange(1, lines.Count - 1);
        lines.Add(Fit.To(page.IsLog ? $"log of {page.Name}" : "", style));
        var top = Math.Clamp(page.Top ?? (page.IsLog ? int.MaxValue : 0), 0, Math.Max(0, text.Length - 1 - room));
        for (var at = top; at < top + room; at++)
            lines.Add(at < text.Length ? text[at] : "");
        lines.Add(Fit.To(style.IsAscii ? "arrows move  enter status  l log  q back" : "↑↓ move  ⏎ status  l log  q back", style));
        if (lines.Count > height)
            lines.RemoveRange(Math.Max(height, 0), lines.Count - Math.Max(height, 0));
    }

    private static string Keys(TopView view, ScreenStyle style) => Fit.To(view switch
    {
        { Message: { } message } => message,
        { Mode: TopMode.Finding } => $"find: {view.Find}_",
        { Mode: TopMode.Asking asking } => $"{asking.Verb} {asking.Name}? y confirms, any other key does not",
        { Mode: TopMode.Signalling signalling } => $"signal for {signalling.Name}: {signalling.Signal}_   enter sends it, escape does not",
        // The key that leaves comes first, then what is in force: they must not be cut. All keys are on the page of keys.
        _ => "q quit  " + (view.Find.Length > 0 ? $"only {view.Find} (escape: all)  " : "") +
            $"? keys  / find  by {WordOf(view.Sort)} (mctp)  {(style.IsAscii ? "enter" : "⏎")} status  l logs" +
            (view.MayAct ? "  r restart  s stop" : ""),
    }, style);

    private static string WordOf(TopSort sort) => sort switch
    {
        TopSort.Memory => "memory",
        TopSort.Cpu => "cpu",
        TopSort.Tasks => "tasks",
        _ => "processes",
    };
}
