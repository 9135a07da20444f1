using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>One service in the table of <c>status</c>.</summary>
internal static class ServiceLines
{
    /// <summary>From here on the memory of a service is worth a word.</summary>
    public const double NearCap = 0.9;

    /// <summary>In columns.</summary>
    private const int LeastReason = 24;

    /// <summary>Rows that need a person come first.</summary>
    public static int Rank(Mark mark) => mark switch
    {
        Mark.Broken => 0,
        Mark.Warning => 1,
        _ => 2,
    };

    public static Mark MarkOf(ServiceRow row, Usage? usage)
    {
        if (row.IsBroken)
            return Mark.Broken;
        if (row.Condition == ServiceCondition.Failing || Cells.PartOf(usage, row.MemoryMax) >= NearCap)
            return Mark.Warning;
        if (row.IsOnItsWay)
            return Mark.OnItsWay;
        return row.Condition == ServiceCondition.Stopped ? Mark.Off : Mark.Ready;
    }

    /// <summary>Why it is so, and what happens next; null for a row that needs no words.</summary>
    /// <param name="row">The service.</param>
    /// <param name="usage">Its use of memory.</param>
    /// <param name="style">The style.</param>
    /// <param name="isOwnPage">The words stand on the page to which they would point.</param>
    public static string? Under(ServiceRow row, Usage? usage, ScreenStyle style, bool isOwnPage = false)
    {
        var why = row.Why is { } reason ? reason
            : row.Condition == ServiceCondition.Failing && row.ProbeFailure is { } failure ? $"probe: {failure}"
            : Cells.PartOf(usage, row.MemoryMax) is >= NearCap and var part ? $"memory at {ShortText.Percent(part)} of its memory_max"
            : null;
        var next = row.Next is { } time ? NextOf(row.Condition, time) : null;
        if (isOwnPage)
            return Joined(style, why, next);
        var see = row.IsBroken ? $"see: status {row.Name}" : null;
        return why is null ? Joined(style, next, see) : Fitting(why, next, see, style);
    }

    /// <summary>
    /// A reason that has no room gives way to what happens next and to the command that says more, but keeps enough to be understood: then
    /// it is the command that is left out.
    /// </summary>
    private static string Fitting(string why, string? next, string? see, ScreenStyle style)
    {
        why = SafeText.Of(why);
        var all = style.Width - Columns.UnderIndent;
        if (RoomBefore(next, see) < TextColumns.Of(why))
            why = ShortReason.Of(why);
        if (RoomBefore(next, see) < Math.Min(LeastReason, TextColumns.Of(why)))
            see = null;
        return Joined(style, TextColumns.Cut(why, Math.Max(RoomBefore(next, see), LeastReason), style.Cut), next, see)!;

        int RoomBefore(string? next, string? see) =>
            all - (Joined(style, next, see) is { } rest ? TextColumns.Of(style.Dot) + TextColumns.Of(rest) : 0);
    }

    private static string? Joined(ScreenStyle style, params ReadOnlySpan<string?> facts)
    {
        string? line = null;
        foreach (var fact in facts)
            line = line is null || fact is null ? line ?? fact : line + style.Dot + fact;
        return line;
    }

    public static string Health(ServiceRow row, ScreenStyle style) => row switch
    {
        { HasProbe: false } => style.Unknown,
        { Condition: ServiceCondition.Ready or ServiceCondition.Trial, LastProbe: { } last } => $"ok {ShortText.Latency(last)}",
        { Condition: ServiceCondition.Failing } => "failing",
        { Condition: ServiceCondition.Starting } => "waiting",
        _ => style.Unknown,
    };

    /// <summary>Restarts by mcp-init itself; a service that was never started has none to count.</summary>
    public static string Restarts(ServiceRow row, ScreenStyle style) =>
        row.Starts > 0 && row.Restarts is { } restarts ? Cells.Number(restarts) : style.Unknown;

    public static string LastEnd(ServiceRow row, ScreenStyle style) => (row.LastEnd, row.LastLimit) switch
    {
        ({ } end, { } limit) => $"{end}, {limit}",
        ({ } end, null) => end,
        _ => style.Unknown,
    };

    private static string NextOf(ServiceCondition condition, TimeSpan next) => condition switch
    {
        ServiceCondition.Open => $"trial start in {ShortText.Time(next)}",
        ServiceCondition.Backoff => $"next start in {ShortText.Time(next)}",
        ServiceCondition.Stopping => $"killed in {ShortText.Time(next)}",
        ServiceCondition.Starting => $"fails in {ShortText.Time(next)}",
        _ => $"in {ShortText.Time(next)}",
    };
}
