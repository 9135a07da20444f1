using System.Text;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Text in lines of <see cref="Width"/> columns at most, broken between words.</summary>
internal sealed class PageText
{
    public const int Width = 120;

    /// <summary>A word on the left that is longer has its text on the next line.</summary>
    private const int WidestLeft = 42;

    private readonly StringBuilder text = new();

    public void Blank() => text.Append('\n');

    public void Paragraph(string words) => Append(words, column: 0, indent: 0);

    /// <summary>Rows in two columns behind two spaces, the first one as wide as its words or as <paramref name="left"/>.</summary>
    public void Columns(PageRow[] rows, int left = 0)
    {
        foreach (var row in rows)
            if (row.Text.Length > 0 && row.Words.Length <= WidestLeft)
                left = Math.Max(left, row.Words.Length);
        foreach (var row in rows)
        {
            text.Append("  ").Append(row.Words);
            var column = row.Words.Length + 2;
            if (row.Text.Length == 0)
            {
                text.Append('\n');
                continue;
            }
            if (row.Words.Length > left)
            {
                text.Append('\n');
                column = 0;
            }
            text.Append(' ', left + 4 - column);
            Append(row.Text, left + 4, left + 4);
        }
    }

    public override string ToString() => text.ToString();

    /// <param name="words">The text.</param>
    /// <param name="column">The column that the line has reached.</param>
    /// <param name="indent">The spaces before each further line.</param>
    private void Append(string words, int column, int indent)
    {
        var isFirst = true;
        foreach (var word in words.Split(' '))
        {
            if (isFirst)
                isFirst = false;
            else if (column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }
            else
            {
                text.Append(' ');
                column++;
            }
            text.Append(word);
            column += word.Length;
        }
        text.Append('\n');
    }
}
