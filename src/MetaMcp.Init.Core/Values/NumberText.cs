namespace MetaMcp.Init.Core.Values;

/// <summary>The number at the front of a quantity such as <c>500MiB</c> or <c>1.5s</c>.</summary>
internal static class NumberText
{
    /// <summary>How many characters of digits and decimal points the text begins with.</summary>
    public static int LengthAtFront(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.'))
            length++;
        return length;
    }
}
