using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens;

/// <summary>The facts of a type of launched server, or of one instance, on the page of its name.</summary>
internal static class ServerFacts
{
    public static void AppendTo(StringBuilder screen, FactLines lines, NamePage page, ServerRow row, ScreenStyle style)
    {
        var of = row.Most is { } most ? $"{Cells.Number(row.Instances)} of {Counted.Text(most, "instance")}"
            : Counted.Text(row.Instances, "instance");
        NameScreen.Title(screen, ServerLines.MarkOf(row), row.Name, $"{of}, {Cells.Number(row.Idle)} idle", style);
        lines.Add("why", ServerLines.Under(row));
        lines.Add(
            "memory", $"{Cells.Memory(ServerLines.SumOf(page.Status, row.Name), null, style)} in all",
            row.MemoryMax is { } cap ? $"{ShortText.Size(cap)} each" : null);
        lines.Add("launches", $"{Cells.Number(row.Waiting)} waiting, {Cells.Number(row.Refused)} refused, {Cells.Number(row.Ended)} ended");
        if (row.Instances > 0)
            Instances(screen, page, row, style);
    }

    public static void AppendTo(StringBuilder screen, FactLines lines, NamePage page, InstanceRow row, ScreenStyle style)
    {
        var usage = page.Status.UsageOf(row.Name);
        var pid = row.Pid is { } known ? $"pid {Cells.Number(known)}, " : "";
        NameScreen.Title(
            screen, ServerLines.MarkOf(row, usage), row.Name,
            $"{StatusLines.Word(row.Condition)}, started {ShortText.Time(row.Age)} ago ({pid}run {row.Id})", style);
        lines.Add("command", TreeLines.CommandOf(page, row.Pid, style));
        lines.Add("client", row.Service ?? "of no service");
        lines.Add("idle", row.Idle is { } idle ? $"for {ShortText.Time(idle)}" : null);
        NameScreen.Figures(lines, usage, (row.MemoryMax, row.TasksMax, null), row.Age, style);
        lines.Add("cgroup", row.Cgroup);
    }

    private static void Instances(StringBuilder screen, NamePage page, ServerRow server, ScreenStyle style)
    {
        var table = new Columns(style, 0, "INSTANCE", "STATE", ">AGE", ">IDLE", ">MEMORY / CAP", ">CPU", ">TASKS", "CLIENT");
        foreach (var row in page.Status.Instances)
        {
            if (row.Server != server.Name)
                continue;
            var usage = page.Status.UsageOf(row.Name);
            table.Add(
                Marks.Draw(ServerLines.MarkOf(row, usage), style), null, row.Name, StatusLines.Word(row.Condition), ShortText.Time(row.Age),
                row.Idle is { } idle ? ShortText.Time(idle) : style.Unknown, Cells.Memory(usage, row.MemoryMax, style),
                Cells.Cpu(usage, row.Age, style), Cells.Tasks(usage, row.TasksMax, style), row.Service ?? style.Unknown);
        }
        table.AppendTo(screen);
    }
}
