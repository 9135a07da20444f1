namespace MetaMcp.Init.Core.Status;

/// <summary>Events that are not kept any more.</summary>
/// <param name="Lost">The number of them.</param>
public sealed record GapRow(long Lost) : StatusRow
{
    /// <summary>The number of the next event.</summary>
    public long Next { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("gap");
        line.Number("lost", Lost);
        line.Number("next", Next);
    }

    internal static GapRow Read(RowReader row) => new(row.Number("lost")) { Next = row.Number("next") };
}
