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
        var line = new StringBuilder();
        foreach (var part in SafeText.Of(text).Split(' '))
        {
            if (line.Length > 0 && TextColumns.Of($"{line}") + 1 + TextColumns.Of(part) > (long)style.Width - 2 - WordWidth)
            {
                Add(word, $"{line}");
                _ = line.Clear();
                word = "";
            }
            _ = line.Append(line.Length == 0 ? "" : " ").Append(part);
        }
        Add(word, $"{line}");
    }

    public void Heading(string word) => _ = screen.Append("  ").Append(word).Append('\n');

    /// <summary>A line below a heading.</summary>
    public void Below(string line) => _ = screen.Append("    ").Append(Fit.To(line, style, 4)).Append('\n');
}
