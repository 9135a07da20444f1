using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>The facts of one service on the page of its name.</summary>
internal static class ServiceFacts
{
    public static void AppendTo(StringBuilder screen, FactLines lines, NamePage page, ServiceRow row, ScreenStyle style)
    {
        var usage = page.Status.UsageOf(row.Name);
        NameScreen.Title(screen, ServiceLines.MarkOf(row, usage), row.Name, State(row), style);
        lines.AddWhole("why", ServiceLines.Under(row, usage, style, isOwnPage: true));
        lines.Add("command", TreeLines.CommandOf(page, row.Pid, style));
        lines.Add("says", row.Says);
        lines.Add("needs", Names(page.Status, row.DependsOn, style));
        lines.Add("needed by", Names(page.Status, row.NeededBy, style));
        lines.Add("probe", Probe(row));
        if (row.Pid is not null || usage is not null)
        {
            NameScreen.Figures(lines, usage, (row.MemoryMax, row.TasksMax, row.CpuMax), row.RunAge ?? TimeSpan.Zero, style);
            lines.Add("cgroup", row.Cgroup);
        }
        lines.Add("last end", row.LastEnd is { } end ? end + (row.LastLimit is { } limit ? $", {limit}" : "") : null);
        lines.Add("starts", row.Starts > 0 ? Cells.Number(row.Starts) : null, Kind(row));
    }

    private static string State(ServiceRow row)
    {
        var state = $"{StatusLines.Word(row.Condition)} for {ShortText.Time(row.Since)}";
        var run = (row.Pid, row.Instance) switch
        {
            ({ } pid, { } id) => $" (pid {Cells.Number(pid)}, run {id})",
            ({ } pid, null) => $" (pid {Cells.Number(pid)})",
            (null, { } id) => $" (run {id})",
            _ => "",
        };
        return state + run;
    }

    private static string Kind(ServiceRow row) =>
        (row.IsOneshot ? "oneshot" : "daemon") + (row.IsRequired ? ", required" : "");

    /// <summary>Each name with the mark of its state: a reason is often one service away.</summary>
    private static string? Names(StatusDocument status, ImmutableArray<string> names, ScreenStyle style) => names.IsEmpty ? null
        : string.Join(", ", names.Select(name =>
            status.Services.FirstOrDefault(row => row.Name == name) is { } other
                ? $"{name} {Marks.Sign(ServiceLines.MarkOf(other, status.UsageOf(name)), style.IsAscii)}" : name));

    private static string? Probe(ServiceRow row)
    {
        if (!row.HasProbe)
            return null;
        var counts = $"ok {Cells.Number(row.Probes - row.ProbesFailed)}, failed {Cells.Number(row.ProbesFailed)}";
        var last = row.LastProbe is { } time ? $", last {ShortText.Latency(time)}" : "";
        return counts + last + (row.ProbeFailure is { } failure ? $", last failure: {failure}" : "");
    }
}
