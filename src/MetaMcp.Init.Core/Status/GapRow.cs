namespace MetaMcp.Init.Core.Status;

/// <summary>Events that are not kept any more, or a number to go on from that is of an earlier life of the container.</summary>
/// <param name="Lost">The number of them.</param>
public sealed record GapRow(long Lost) : StatusRow
{
    /// <summary>The number of the next event.</summary>
    public long Next { get; init; }

    /// <summary>
    /// The number that was asked to go on from, if no event of this life of the container has had it: all that are kept follow. Null if one
    /// has.
    /// </summary>
    public long? NeverGiven { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("gap");
        line.Number("lost", Lost);
        line.Number("next", Next);
        line.Number("never_given", NeverGiven);
    }

    internal static GapRow Read(RowReader row) => new(row.Number("lost"))
    {
        Next = row.Number("next"), NeverGiven = row.OptionalNumber("never_given"),
    };
}
