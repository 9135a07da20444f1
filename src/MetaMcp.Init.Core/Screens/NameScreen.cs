using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// <c>mcp-init status NAME</c>: a service, a type of server or one instance, with its last end, its processes, its last events and its last
/// lines, so that one page answers why it is as it is.
/// </summary>
public static class NameScreen
{
    /// <returns>Null if there is no such service, server or instance.</returns>
    public static string? Draw(NamePage page, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(page);
        var screen = new StringBuilder();
        var lines = new FactLines(screen, style);
        if (page.Status.Services.FirstOrDefault(row => row.Name == page.Name) is { } service)
            ServiceFacts.AppendTo(screen, lines, page, service, style);
        else if (page.Status.Servers.FirstOrDefault(row => row.Name == page.Name) is { } server)
            ServerFacts.AppendTo(screen, lines, page, server, style);
        else if (page.Status.Instances.FirstOrDefault(row => row.Name == page.Name) is { } instance)
            ServerFacts.AppendTo(screen, lines, page, instance, style);
        else
            return null;
        TreeLines.AppendTo(lines, page.Processes, style);
        Events(lines, page, style);
        Log(lines, page);
        return screen.ToString();
    }

    /// <summary>The first line: the mark, the name, and how it is.</summary>
    internal static void Title(StringBuilder screen, Mark mark, string name, string state, ScreenStyle style) =>
        screen.Append(Marks.Draw(mark, style)).Append(' ').Append(Fit.To($"{name}   {state}", style, 2)).Append('\n');

    /// <summary>Memory in words: <c>412M of 1.0G, 41%</c>.</summary>
    internal static string Memory(Usage? usage, long? most, ScreenStyle style)
    {
        var now = Cells.Memory(usage, null, style);
        return most is not { } cap ? now
            : $"{now} of {ShortText.Size(cap)}{(Cells.PartOf(usage, cap) is { } part ? $", {ShortText.Percent(part)}" : "")}";
    }

    internal static string? Pressure(string what, Pressure? pressure) =>
        pressure?.Some is { Average10: > 0 } some ? $"pressure {what} {ShortText.Share(some.Average10)}" : null;

    internal static string Tasks(Usage? usage, long? most, ScreenStyle style) =>
        Cells.Tasks(usage, null, style) + (most is { } cap ? $" of {Cells.Number(cap)}" : "");

    internal static void Figures(
        FactLines lines, Usage? usage, (long? Memory, long? Tasks, double? Cpu) most, TimeSpan age, ScreenStyle style)
    {
        lines.Add(
            "memory", Memory(usage, most.Memory, style), usage?.Peak is { } peak ? $"peak {ShortText.Size(peak)}" : null,
            usage?.Swap is > 0 and var swap ? $"swap {ShortText.Size(swap)}" : null, Pressure("memory", usage?.MemoryPressure));
        lines.Add(
            "cpu", Cells.Cpu(usage, age, style) + (most.Cpu is { } cores ? $" of {ShortText.Cores(cores)} cores" : " cores"),
            usage?.Throttled > TimeSpan.Zero ? $"throttled {ShortText.Time(usage.Throttled.Value)}" : null,
            Pressure("cpu", usage?.CpuPressure), Pressure("io", usage?.IoPressure));
        lines.Add(
            "tasks", Tasks(usage, most.Tasks, style),
            usage?.Processes is { } processes ? Counted.Text(processes, "process", "processes") : null,
            usage?.Descriptors is { } descriptors ? $"{Cells.Number(descriptors)} fds" : null);
    }

    private static void Events(FactLines lines, NamePage page, ScreenStyle style)
    {
        if (page.Events.IsEmpty)
            return;
        lines.Heading("events");
        foreach (var row in page.Events)
        {
            var mark = row.Level switch
            {
                EventLevel.Error => $"{Marks.Sign(Mark.Broken, style.IsAscii)} ",
                EventLevel.Warning => $"{Marks.Sign(Mark.Warning, style.IsAscii)} ",
                _ => "  ",
            };
            var subject = Of(page, row.Subject);
            // The end of a bad news is often the advice.
            if (row.Level >= EventLevel.Warning)
                lines.BelowWhole($"{ShortText.Time(row.Age),7} {mark}", subject + row.Text);
            else
                lines.Below($"{ShortText.Time(row.Age),7} {mark}{subject}{row.Text}");
        }
    }

    private static void Log(FactLines lines, NamePage page)
    {
        if (page.Log.IsEmpty)
            return;
        lines.Heading("log");
        foreach (var row in page.Log)
            lines.Below($"{ClockText.Seconds(row.UnixMilliseconds)} {LogLines.Sign(row.Stream)} {Of(page, row.Subject)}{row.Text}");
    }

    /// <summary>The instance in front of a line on the page of its type; nothing elsewhere.</summary>
    private static string Of(NamePage page, string? subject) =>
        subject?.StartsWith(page.Name + "@", StringComparison.Ordinal) == true ? $"{subject}: " : "";
}
