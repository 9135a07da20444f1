using System.Text;

namespace MetaMcp.Init.Pages;

/// <summary>Rows of text in columns, each as wide as its widest cell; the last column is not padded.</summary>
internal sealed class TextTable(string indent)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void AppendTo(StringBuilder text)
    {
        var columns = rows.Count == 0 ? 0 : rows.Max(r => r.Length);
        var widths = Enumerable.Range(0, columns)
            .Select(c => rows.Where(r => r.Length > c + 1).Select(r => r[c].Length).DefaultIfEmpty(0).Max()).ToArray();
        foreach (var row in rows)
        {
            var line = indent + string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c])));
            text.Append(line.TrimEnd()).Append('\n');
        }
    }
}
