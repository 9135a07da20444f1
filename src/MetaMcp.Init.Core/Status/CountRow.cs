namespace MetaMcp.Init.Core.Status;

/// <summary>A counter of mcp-init for <c>metrics</c>; the families are in the page of the protocol.</summary>
/// <param name="Family">The metric, without its prefix: <c>restarts_total</c>.</param>
/// <param name="Name">The service or server; null for all together.</param>
/// <param name="Label">The value of the family's other label, as the reason of a restart; null if it has none.</param>
/// <param name="Value">The count since the start of mcp-init.</param>
public sealed record CountRow(string Family, string? Name, string? Label, long Value) : StatusRow
{
    internal void Write(in RowWriter line)
    {
        line.Begin("count");
        line.Text("family", Family);
        line.Text("name", Name);
        line.Text("label", Label);
        line.Number("value", Value);
    }

    internal static CountRow Read(RowReader row) =>
        new(row.Text("family"), row.OptionalText("name"), row.OptionalText("label"), row.Number("value"));
}
