namespace MetaMcp.Init.Core.Status;

/// <summary>The answer to a verb that acts, one for each service or server that it was about.</summary>
/// <param name="Name">The service or server.</param>
/// <param name="Text">What happens now: <c>is being stopped</c>.</param>
public sealed record TargetRow(string Name, string Text) : StatusRow
{
    /// <summary>Nothing was to be done: it was so already.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>The number of its starts before; a restart is over when there is one more, and it is ready.</summary>
    public int Starts { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("target");
        line.Text("name", Name);
        line.Text("text", Text);
        line.Flag("unchanged", IsUnchanged);
        line.Number("starts", Starts);
    }

    internal static TargetRow Read(RowReader row) => new(row.Text("name"), row.Text("text"))
    {
        IsUnchanged = row.Flag("unchanged"),
        Starts = (int)row.Number("starts"),
    };
}
