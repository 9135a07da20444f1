namespace MetaMcp.Init.Core.Status;

/// <summary>Why a request is refused.</summary>
public enum ControlError
{
    /// <summary>It is not refused.</summary>
    None,

    /// <summary>The line is no request.</summary>
    Invalid,

    /// <summary>The sender has no right to it.</summary>
    Forbidden,

    /// <summary>There is no service or server of that name.</summary>
    UnknownName,

    /// <summary>It is not possible in the present state.</summary>
    State,

    /// <summary>Too many clients, or no memory: it can be tried again.</summary>
    Busy,
}

/// <summary>The last row of every answer.</summary>
/// <param name="Error">Whether and why the request is refused.</param>
/// <param name="Text">The reason, a sentence; null without an error.</param>
public sealed record EndRow(ControlError Error = ControlError.None, string? Text = null) : StatusRow
{
    /// <summary>The number of this set of rows. It grows when a member changes its meaning or goes, not when one is added.</summary>
    public const int Schema = 1;

    internal static readonly string[] Errors = ["none", "invalid", "forbidden", "unknown_name", "state", "busy"];

    /// <summary>The number of the last event before the answer, so that <c>events --since</c> goes on from there.</summary>
    public long? Sequence { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("end");
        line.Number("schema", Schema);
        line.Text("error", Error == ControlError.None ? null : Errors[(int)Error]);
        line.Text("text", Text);
        line.Number("seq", Sequence);
    }

    internal static EndRow Read(RowReader row) => new(
        row.OptionalText("error") is null ? ControlError.None : (ControlError)row.Word("error", Errors), row.OptionalText("text"))
    {
        Sequence = row.OptionalNumber("seq"),
    };
}
