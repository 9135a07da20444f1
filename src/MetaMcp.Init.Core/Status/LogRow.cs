namespace MetaMcp.Init.Core.Status;

/// <summary>The origin of a line of <c>logs</c>.</summary>
public enum LogStream
{
    Stdout,
    Stderr,

    /// <summary>mcp-init: what it did to the service.</summary>
    Init,

    /// <summary>Lines that are missing here; the text says how many, and why.</summary>
    Gap,
}

/// <summary>A line of a service or server, as <c>logs</c> has it.</summary>
/// <param name="Sequence">The number of the line among those of all services; a gap counts as one.</param>
/// <param name="UnixMilliseconds">The time of its arrival, by the clock of the machine; for people only.</param>
/// <param name="Subject">The service or server.</param>
/// <param name="Stream">The origin.</param>
/// <param name="Text">The line, without its newline.</param>
public sealed record LogRow(long Sequence, long UnixMilliseconds, string Subject, LogStream Stream, string Text) : StatusRow
{
    internal static readonly string[] Streams = ["stdout", "stderr", "init", "gap"];

    internal void Write(in RowWriter line)
    {
        line.Begin("log");
        line.Number("seq", Sequence);
        line.Number("unix_ms", UnixMilliseconds);
        line.Text("subject", Subject);
        line.Text("stream", Streams[(int)Stream]);
        line.Text("text", Text);
    }

    internal static LogRow Read(RowReader row) => new(
        row.Number("seq"), row.Number("unix_ms"), row.Text("subject"), (LogStream)row.Word("stream", Streams), row.Text("text"));
}
