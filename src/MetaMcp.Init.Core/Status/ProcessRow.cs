namespace MetaMcp.Init.Core.Status;

/// <summary>The kind of a process that is no instance.</summary>
public enum ProcessKind
{
    /// <summary>A probe of a service.</summary>
    Probe,

    /// <summary>A stop_command of a service.</summary>
    StopCommand,

    /// <summary>A process whose service or server has ended.</summary>
    Orphan,

    /// <summary>A process that came from outside (<c>docker exec</c>). mcp-init sends no such row: the asker sees it in /proc.</summary>
    Foreign,
}

/// <summary>A process in the books of mcp-init that is no service and no server.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Pid">Its pid.</param>
/// <param name="Age">The time since it was entered.</param>
public sealed record ProcessRow(ProcessKind Kind, int Pid, TimeSpan Age) : StatusRow
{
    internal static readonly string[] Kinds = ["probe", "stop_command", "orphan", "foreign"];

    /// <summary>The service that it is for; the command of an orphan.</summary>
    public string? Name { get; init; }

    /// <summary>The time until an orphan is ended; null if it is not to be ended, or is being ended.</summary>
    public TimeSpan? EndsIn { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("process");
        line.Text("kind", Kinds[(int)Kind]);
        line.Number("pid", Pid);
        line.Time("age_ms", Age);
        line.Text("name", Name);
        line.Time("ends_ms", EndsIn);
    }

    internal static ProcessRow Read(RowReader row) => new((ProcessKind)row.Word("kind", Kinds), (int)row.Number("pid"), row.Time("age_ms"))
    {
        Name = row.OptionalText("name"),
        EndsIn = row.OptionalTime("ends_ms"),
    };
}
