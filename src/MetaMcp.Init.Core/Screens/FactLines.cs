using System.Text;

namespace MetaMcp.Init.Core.Screens;

/// <summary>Lines of a word and its facts, as <c>status NAME</c> has them.</summary>
internal sealed class FactLines(StringBuilder screen, ScreenStyle style)
{
    private const int WordWidth = 11;

    /// <summary>Between two facts of a line.</summary>
    public const string Between = "   ";

    /// <param name="word">Its meaning.</param>
    /// <param name="facts">Those that are null or empty are left out; a line without any is not written.</param>
    public void Add(string word, params ReadOnlySpan<string?> facts)
    {
        var line = new StringBuilder();
        foreach (var fact in facts)
            if (!string.IsNullOrEmpty(fact))
                _ = line.Append(line.Length == 0 ? "" : Between).Append(fact);
        if (line.Length > 0)
            _ = screen.Append("  ").Append(Fit.To(word.PadRight(WordWidth) + line, style, 2)).Append('\n');
    }

    /// <summary>A text that is needed to its end: it goes on below its beginning where it has no room.</summary>
    public void AddWhole(string word, string? text)
    {
        if (text is null)
            return;
        foreach (var line in Broken(text, WordWidth + 2))
        {
            Add(word, line);
            word = "";
        }
    }

    public void Heading(string word) => _ = screen.Append("  ").Append(word).Append('\n');

    /// <summary>A line below a heading.</summary>
    public void Below(string line) => _ = screen.Append("    ").Append(Fit.To(line, style, 4)).Append('\n');

    /// <summary>The same below a heading: the lines after the first begin where the text does.</summary>
    public void BelowWhole(string front, string text)
    {
        var width = TextColumns.Of(front);
        foreach (var line in Broken(text, width + 4))
        {
            Below(front + line);
            front = new string(' ', width);
        }
    }

    /// <summary>The text in lines, broken between words; a word that is wider than the screen is cut where it is drawn.</summary>
    private IEnumerable<string> Broken(string text, int indent)
    {
        var line = new StringBuilder();
        var columns = 0;
        foreach (var word in SafeText.Of(text).Split(' '))
        {
            var width = TextColumns.Of(word);
            if (line.Length > 0 && columns + 1 + width > style.Width - indent)
            {
                yield return $"{line}";
                _ = line.Clear();
                columns = 0;
            }
            _ = line.Append(line.Length == 0 ? "" : " ").Append(word);
            columns += width + (columns == 0 ? 0 : 1);
        }
        yield return $"{line}";
    }
}
