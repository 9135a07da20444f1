namespace MetaMcp.Init.Core.Screens;

/// <summary>Text measured, padded and cut in columns of a terminal, which are neither characters nor UTF-16 units.</summary>
public static class TextColumns
{
    public static int Of(ReadOnlySpan<char> text)
    {
        if (IsPlain(text))
            return text.Length;
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += CharacterWidth.Of(rune);
        return columns;
    }

    /// <summary>At most so many columns; a text that is longer ends in the sign of a cut.</summary>
    public static string Cut(string text, int columns, char sign)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Of(text) <= columns)
            return text;
        var (length, taken) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            taken += CharacterWidth.Of(rune);
            if (taken > columns - 1)
                break;
            length += rune.Utf16SequenceLength;
        }
        return columns <= 0 ? "" : $"{text.AsSpan(0, length).TrimEnd()}{sign}";
    }

    public static string PadRight(string text, int columns) => text + Blanks(columns - Of(text));

    public static string PadLeft(string text, int columns) => Blanks(columns - Of(text)) + text;

    private static string Blanks(int columns) => columns <= 0 ? "" : new string(' ', columns);

    /// <summary>Whether each UTF-16 unit is a character of one column.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('\0', '\u02ff');
}
