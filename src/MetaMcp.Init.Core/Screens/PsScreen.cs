using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// <c>mcp-init ps</c>: a row for each run that has a process, first services, then launched servers, then processes that are neither, and a
/// sum. A process that is none of these is missing on purpose: the tree of <c>status NAME</c> has those of a run.
/// </summary>
public static class PsScreen
{
    /// <summary>From this width on there is room for more columns.</summary>
    private const int Wide = 110;

    public static string Draw(StatusDocument status, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(status);
        var isWide = style.Width >= Wide;
        var table = isWide
            ? new Columns(
                style, 1, "ID", "INSTANCE", ">PID", "OF", ">AGE", ">IDLE", ">PROC", ">TASK", ">MEMORY / CAP", ">PEAK", ">CPU", "STATE")
            : new Columns(style, 1, "ID", "INSTANCE", ">PID", "OF", ">AGE", ">IDLE", ">PROC", ">TASK", ">MEMORY", "STATE")
            {
                Expendable = ["TASK", "PROC", "IDLE", "ID", "AGE", "OF"],
            };
        var rows = RowsOf(status, style);
        foreach (var row in rows)
            table.Add("", null, CellsOf(row, isWide, style));
        var screen = new StringBuilder();
        table.AppendTo(screen);
        return screen.Append(Fit.To(Sum(status, rows.Count - status.Processes.Length, style), style)).Append('\n').ToString();
    }

    private static List<Row> RowsOf(StatusDocument status, ScreenStyle style)
    {
        var rows = new List<Row>();
        foreach (var row in status.Services)
            if (row.Pid is not null || status.UsageOf(row.Name)?.Processes > 0)
                rows.Add(new Row(row.Name, row.RunAge ?? row.Since, status.UsageOf(row.Name), StatusLines.Word(row.Condition))
                {
                    Id = row.Instance, Pid = row.Pid, MemoryMax = row.MemoryMax,
                });
        foreach (var row in status.Instances)
            rows.Add(new Row(row.Name, row.Age, status.UsageOf(row.Name), StatusLines.Word(row.Condition))
            {
                Id = row.Id, Pid = row.Pid, MemoryMax = row.MemoryMax, Client = row.Service, Idle = row.Idle,
            });
        foreach (var row in status.Processes)
            rows.Add(new Row(
                $"({KindOf(row)}) {row.Name ?? style.Unknown}", row.Age, status.UsageOf(StatusDocument.KeyOf(row.Pid)), StateOf(row, style))
            {
                Pid = row.Pid,
            });
        return rows;
    }

    private static string[] CellsOf(Row row, bool isWide, ScreenStyle style)
    {
        string[] front =
        [
            NumberOf(row.Id, style), row.Name, Cells.Pid(row.Pid, style), row.Client ?? style.Unknown, ShortText.Time(row.Age),
            row.Idle is { } idle ? ShortText.Time(idle) : style.Unknown,
            row.Usage?.Processes is { } processes ? Cells.Number(processes) : style.Unknown, Cells.Tasks(row.Usage, null, style),
        ];
        return isWide
            ? [
                .. front, Cells.Memory(row.Usage, row.MemoryMax, style),
                row.Usage?.Peak is { } peak ? ShortText.Size(peak) : style.Unknown, Cells.Cpu(row.Usage, row.Age, style), row.State,
            ]
            : [.. front, Cells.Memory(row.Usage, null, style), row.State];
    }

    private static string Sum(StatusDocument status, int rows, ScreenStyle style)
    {
        var usage = status.Workload;
        var line = new StringBuilder(Counted.Text(rows, "instance"));
        if (usage?.Processes is { } processes)
            _ = line.Append(", ").Append(Counted.Text(processes, "process", "processes"));
        if (usage?.Tasks is { } tasks)
        {
            _ = line.Append(", ").Append(Counted.Text(tasks, "task"));
            if (status.System.TasksMax is { } most)
                _ = line.Append(CultureInfo.InvariantCulture, $" of {most}");
        }
        return line.Append(", memory ").Append(Cells.Memory(usage, status.System.MemoryMax, style)).ToString();
    }

    /// <summary>The number at the end of an id: <c>12</c> of <c>mcp-1764316073412-12</c>.</summary>
    private static string NumberOf(string? id, ScreenStyle style) =>
        id is null ? style.Unknown : id[(id.LastIndexOf('-') + 1)..] is { Length: > 0 } number ? number : id;

    private static string KindOf(ProcessRow row) => row.Kind switch
    {
        ProcessKind.Probe => "probe",
        ProcessKind.StopCommand => "stop",
        ProcessKind.Foreign => "exec",
        _ => "orphan",
    };

    private static string StateOf(ProcessRow row, ScreenStyle style) => row switch
    {
        { EndsIn: { } time } => $"ends in {ShortText.Time(time)}",
        { Kind: ProcessKind.Orphan } => "ending",
        { Kind: ProcessKind.Foreign } => "not ours",
        _ => style.Unknown,
    };

    private sealed record Row(string Name, TimeSpan Age, Usage? Usage, string State)
    {
        public string? Id { get; init; }

        public int? Pid { get; init; }

        public long? MemoryMax { get; init; }

        public string? Client { get; init; }

        public TimeSpan? Idle { get; init; }
    }
}
