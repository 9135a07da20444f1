namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>The page of <c>top</c> that explains its keys and columns.</summary>
internal static class TopKeys
{
    private static readonly string[] Looks =
    [
        "q, Ctrl-C   quit",
        "arrows j k  select a row; also page up, page down, home, end",
        "enter       status of the selected row",
        "l           its last log lines",
        "m c t p     sort by memory, cpu, tasks, processes: the column has an arrow",
        "/           show only names that have a text; escape shows all again",
        "blank       look now",
    ];

    private static readonly string[] Acts =
    [
        "r s K       restart, stop, signal the selected service; asks first",
    ];

    private static readonly string[] Columns =
    [
        "",
        "STATE       in 4s: the next start comes in 4s; idle 9m: no traffic for 9m",
        "MEM 5M      memory in the last five minutes, as a part of the cap or the peak",
        "RST         new starts by mcp-init itself",
        "~           looked up in /proc, not counted by the kernel",
        "Not shown: services that have stopped, and types of servers without an",
        "instance; the verb status shows them.",
    ];

    public static void AppendTo(List<string> lines, bool mayAct, int height, ScreenStyle style)
    {
        foreach (var line in (string[])["", .. Looks, .. mayAct ? Acts : [], .. Columns])
            lines.Add(line.Length == 0 ? "" : Fit.To($"  {line}", style));
        while (lines.Count < height - 1)
            lines.Add("");
        // On a low screen the way back stays.
        if (lines.Count > height - 1)
            lines.RemoveRange(Math.Max(height - 1, 0), lines.Count - Math.Max(height - 1, 0));
        if (height > 0)
            lines.Add(Fit.To("any key goes back", style));
    }
}
