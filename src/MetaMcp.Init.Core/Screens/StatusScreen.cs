using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// <c>mcp-init status</c>: the verdict first, then the container, then the services (those that need a person before the others, which
/// stand in the order of their start), then the launched servers by type.
/// </summary>
public static class StatusScreen
{
    /// <summary>From this width on there is room for more columns.</summary>
    private const int Wide = 110;

    /// <summary>On wider screens the right end of the first line does not move further away.</summary>
    private const int MostWide = 120;

    /// <summary>Memory, tasks and processors: with all of them there is nothing to name.</summary>
    private const int ControllersInAll = 3;

    public static string Draw(StatusDocument status, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(status);
        var screen = new StringBuilder();
        _ = screen.Append(Marks.Draw(VerdictOf(status), style)).Append(' ').Append(FirstLine(status, style)).Append('\n');
        Line(screen, MemoryLine(status, style), style);
        Line(screen, CountsLine(status, style), style);
        foreach (var disk in status.System.Disks)
            Line(screen, DiskLine(disk), style);
        if (!status.Services.IsEmpty)
            Services(screen.Append('\n'), status, style);
        if (!status.Servers.IsEmpty)
            Servers(screen.Append('\n'), status, style);
        return screen.ToString();
    }

    /// <summary>The verdict, and where there is room, at the right, who gives it.</summary>
    private static string FirstLine(StatusDocument status, ScreenStyle style)
    {
        var verdict = Fit.To(Verdict(status), style, 2);
        if (style.Width < Wide)
            return verdict;
        var version = SafeText.Of($"mcp-init {status.System.Version}, pid {status.System.Pid}");
        var room = Math.Min(style.Width, MostWide) - 2 - TextColumns.Of(version);
        return TextColumns.Of(verdict) + 3 > room ? verdict : TextColumns.PadRight(verdict, room) + version;
    }

    /// <summary>The mark of the whole container.</summary>
    public static Mark VerdictOf(StatusDocument status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (!status.System.Missing.IsEmpty)
            return Mark.Broken;
        if (status.System.Phase != SystemPhase.Running)
            return Mark.OnItsWay;
        if (!status.System.NotReady.IsEmpty)
            return Mark.Warning;
        foreach (var service in status.Services)
            if (ServiceLines.MarkOf(service, status.UsageOf(service.Name)) == Mark.Warning)
                return Mark.Warning;
        return Mark.Ready;
    }

    /// <summary>The same in a word.</summary>
    internal static string WordOf(StatusDocument status) =>
        status.System.Missing.IsEmpty ? StatusLines.Word(status.System.Phase) : "degraded";

    private static string Verdict(StatusDocument status)
    {
        var system = status.System;
        var line = new StringBuilder($"{WordOf(status)}   up {ShortText.Time(system.Uptime)}   ");
        _ = line.Append(system.Services == 0 ? "no service" : $"{system.Ready} of {Counted.Text(system.Services, "service")} ready");
        if (!status.Servers.IsEmpty)
        {
            var running = 0;
            foreach (var server in status.Servers)
                running += server.Instances;
            _ = line.Append(system.InstancesMax is { } most ? $", {running} of {most} servers" : $", {Counted.Text(running, "server")}");
        }
        if (!system.Missing.IsEmpty)
            _ = line.Append("   without ").AppendJoin(", ", system.Missing);
        else if (!system.NotReady.IsEmpty && system.Phase == SystemPhase.Running)
            _ = line.Append("   not ready: ").AppendJoin(", ", system.NotReady);
        return line.ToString();
    }

    private static string? MemoryLine(StatusDocument status, ScreenStyle style)
    {
        if (status.Workload is not { } usage)
            return null;
        var line = new StringBuilder($"memory {Cells.Memory(usage, status.System.MemoryMax, style)}");
        if (Cells.PartOf(usage, status.System.MemoryMax) is { } part)
            _ = line.Append(' ').Append(Bar.Draw(part, 20, style.IsAscii)).Append(' ').Append(ShortText.Percent(part));
        if (usage.Peak is { } peak)
            _ = line.Append("   peak ").Append(ShortText.Size(peak));
        if (usage.MemoryPressure?.Some?.Average10 is { } pressure)
            _ = line.Append("   pressure ").Append(ShortText.Share(pressure));
        // Where there is no room for it here, the columns below say it of each service.
        if (style.Width < Wide)
            return line.ToString();
        if (usage.CpuTime is not null)
            _ = line.Append("   cpu ").Append(Cells.Cpu(usage, status.System.Uptime, style))
                .Append(status.System.CpuMax is { } cores ? $" of {ShortText.Cores(cores)}" : "");
        if (usage.Tasks is not null)
            _ = line.Append("   tasks ").Append(Cells.Tasks(usage, status.System.TasksMax, style));
        return line.ToString();
    }

    private static string CountsLine(StatusDocument status, ScreenStyle style)
    {
        var system = status.System;
        var isWhole = system.Controllers.Length == ControllersInAll && style.Width < Wide;
        var limits = system.Controllers.IsEmpty ? "by looking" : isWhole ? "kernel" : $"kernel ({string.Join(' ', system.Controllers)})";
        var line = new StringBuilder($"limits {limits}");
        if (system.CircuitsOpen > 0)
            _ = line.Append("   circuits ").Append(system.CircuitsOpen).Append(" open");
        if (system.OutOfMemory > 0)
            _ = line.Append("   oom ").Append(system.OutOfMemory)
                .Append(system.LastOutOfMemory is { } ago ? $" ({ShortText.Age(ago)} ago)" : "");
        if (system.OrphansEnded > 0)
            _ = line.Append("   orphans ended ").Append(system.OrphansEnded);
        if (system.Alerts > 0)
            _ = line.Append("   alerts ").Append(system.Alerts);
        if (system.CleanupsKilled + system.CleanupsFailed > 0)
            _ = line.Append("   cleanups ").Append(system.CleanupsClean).Append(" clean, ").Append(system.CleanupsKilled).Append(" killed")
                .Append(system.CleanupsFailed > 0 ? $", {system.CleanupsFailed} failed" : "");
        return line.ToString();
    }

    /// <summary>Null for a disk that is as it should be.</summary>
    private static string? DiskLine(DiskRow disk) => disk switch
    {
        { State: DiskState.Unknown } => $"disk {disk.Path} unknown: {disk.Problem}",
        { State: DiskState.High, Available: { } available, Size: { } size } =>
            $"disk {disk.Path} {disk.UsedPercent} % full: {ShortText.Size(available)} of {ShortText.Size(size)} free",
        _ => null,
    };

    private static void Services(StringBuilder screen, StatusDocument status, ScreenStyle style)
    {
        var isWide = style.Width >= Wide;
        var table = isWide
            ? new Columns(
                style, 0, "SERVICE", "STATE", ">SINCE", ">PID", ">MEMORY / CAP", ">CPU", ">TASKS", ">RST", "LAST END", "HEALTH")
            : new Columns(style, 0, "SERVICE", "STATE", ">SINCE", ">MEMORY / CAP", ">CPU", ">TASKS", ">RST", "HEALTH")
            {
                Expendable = ["RST", "TASKS", "SINCE", "CPU", "MEMORY / CAP"],
            };
        // OrderBy keeps the order of rows of one rank.
        foreach (var row in status.Services.OrderBy(s => ServiceLines.Rank(ServiceLines.MarkOf(s, status.UsageOf(s.Name)))))
        {
            var usage = status.UsageOf(row.Name);
            var mark = ServiceLines.MarkOf(row, usage);
            var cells = new List<string> { row.Name, StatusLines.Word(row.Condition), ShortText.Time(row.Since) };
            if (isWide)
                cells.Add(Cells.Pid(row.Pid, style));
            cells.Add(Cells.Memory(usage, row.MemoryMax, style));
            cells.Add(Cells.Cpu(usage, row.RunAge ?? TimeSpan.Zero, style));
            cells.Add(Cells.Tasks(usage, row.TasksMax, style));
            cells.Add(ServiceLines.Restarts(row, style));
            if (isWide)
                cells.Add(ServiceLines.LastEnd(row, style));
            cells.Add(ServiceLines.Health(row, style));
            table.Add(Marks.Draw(mark, style), ServiceLines.Under(row, usage, style), [.. cells]);
        }
        table.AppendTo(screen);
    }

    private static void Servers(StringBuilder screen, StatusDocument status, ScreenStyle style)
    {
        var isWide = style.Width >= Wide;
        var table = isWide
            ? new Columns(style, 0, "SERVER", ">RUN/MAX", ">IDLE", ">MEMORY / EACH", ">CPU", ">WAITING", ">REFUSED", ">ENDED")
            : new Columns(style, 0, "SERVER", ">RUN/MAX", ">IDLE", ">MEMORY / EACH", ">CPU", ">REFUSED", ">ENDED")
            {
                Expendable = ["CPU", "ENDED", "IDLE", "REFUSED"],
            };
        foreach (var row in status.Servers.OrderBy(s => ServiceLines.Rank(ServerLines.MarkOf(s))))
        {
            var cells = new List<string>
            {
                row.Name, row.Most is { } limit ? $"{row.Instances}/{limit}" : Cells.Number(row.Instances), Cells.Number(row.Idle),
                Cells.Memory(ServerLines.SumOf(status, row.Name), row.MemoryMax, style),
                ServerLines.CoresOf(status, row.Name) is { } cores ? ShortText.Cores(cores) : style.Unknown,
            };
            if (isWide)
                cells.Add(Cells.Number(row.Waiting));
            cells.AddRange([Cells.Number(row.Refused), Cells.Number(row.Ended)]);
            table.Add(Marks.Draw(ServerLines.MarkOf(row), style), ServerLines.Under(row), [.. cells]);
        }
        table.AppendTo(screen);
    }

    private static void Line(StringBuilder screen, string? line, ScreenStyle style)
    {
        if (line is not null)
            _ = screen.Append("  ").Append(Fit.To(line, style, 2)).Append('\n');
    }
}
