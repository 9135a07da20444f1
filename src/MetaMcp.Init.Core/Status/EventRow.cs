namespace MetaMcp.Init.Core.Status;

/// <summary>The weight of an event: the levels of the log.</summary>
public enum EventLevel { Debug, Info, Warning, Error }

/// <summary>Something that happened, as <c>events</c> and its <c>--json</c> have it.</summary>
/// <param name="Sequence">1 for the first event of this mcp-init; no number is left out.</param>
/// <param name="Age">The time since then, when the row was written.</param>
/// <param name="Name">The kind, <c>service.ready</c>; it never changes its meaning.</param>
/// <param name="Level">Its weight.</param>
/// <param name="Subject">The service or server that it is about; null for mcp-init itself.</param>
/// <param name="Text">The words, without the subject in front.</param>
public sealed record EventRow(long Sequence, TimeSpan Age, string Name, EventLevel Level, string? Subject, string Text) : StatusRow
{
    internal static readonly string[] Levels = ["debug", "info", "warning", "error"];

    /// <summary>The id of the run that it is about; null for none.</summary>
    public string? Instance { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("event");
        line.Number("seq", Sequence);
        line.Time("age_ms", Age);
        line.Text("event", Name);
        line.Text("level", Levels[(int)Level]);
        line.Text("subject", Subject);
        line.Text("text", Text);
        line.Text("instance", Instance);
    }

    internal static EventRow Read(RowReader row) => new(
        row.Number("seq"), row.Time("age_ms"), row.Text("event"), (EventLevel)row.Word("level", Levels), row.OptionalText("subject"),
        row.Text("text"))
    {
        Instance = row.OptionalText("instance"),
    };
}
