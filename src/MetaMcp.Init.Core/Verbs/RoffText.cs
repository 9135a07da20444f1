using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Input of roff: macros at the beginning of a line, and text in which nothing is a request or an escape.</summary>
internal sealed class RoffText
{
    private const int Width = 100;

    private readonly StringBuilder page = new();

    public void Macro(string name, params ReadOnlySpan<string> arguments)
    {
        page.Append('.').Append(name);
        foreach (var argument in arguments)
            page.Append(" \"").Append(Escaped(argument)).Append('"');
        page.Append('\n');
    }

    /// <summary>A line as it is.</summary>
    public void Line(string line) => page.Append(line).Append('\n');

    /// <summary>Text that fills its lines. It is broken here too, so that people can read the source.</summary>
    public void Text(string text)
    {
        var column = 0;
        foreach (var word in text.Split(' '))
        {
            if (column > 0 && column + word.Length >= Width)
            {
                page.Append('\n');
                column = 0;
            }
            else if (column > 0)
                page.Append(' ');
            // A dot or a quote at the beginning of a line would be a request.
            page.Append(column == 0 && word.StartsWith('.') ? "\\&" : "").Append(Escaped(word));
            column += word.Length + 1;
        }
        page.Append('\n');
    }

    /// <summary>A term and, indented, its meaning.</summary>
    public void Entry(string term, string meaning)
    {
        Macro("TP");
        Macro("B", term);
        Text(meaning);
    }

    public override string ToString() => page.ToString();

    /// <summary>Quotes, hyphens and the like are characters of a command line, which must not become typographic ones.</summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            _ = c switch
            {
                '\\' => escaped.Append("\\(rs"),
                '-' => escaped.Append("\\-"),
                '\'' => escaped.Append("\\(aq"),
                '"' => escaped.Append("\\(dq"),
                '`' => escaped.Append("\\(ga"),
                '^' => escaped.Append("\\(ha"),
                '~' => escaped.Append("\\(ti"),
                '…' => escaped.Append("..."),
                > '~' => escaped.Append("\\[u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture)).Append(']'),
                _ => escaped.Append(c),
            };
        return escaped.ToString();
    }
}
