namespace MetaMcp.Init.Core.Screens;

/// <summary>Cuts a line at the edge of the screen.</summary>
internal static class Fit
{
    /// <param name="text">Without colours.</param>
    /// <param name="style">The style.</param>
    /// <param name="indent">The columns in front of it.</param>
    public static string To(string text, ScreenStyle style, int indent = 0)
    {
        if (style.Width == int.MaxValue || text.Length <= style.Width - indent)
            return text;
        var room = Math.Max(1, style.Width - indent - 1);
        // Not between the two halves of a character.
        if (char.IsHighSurrogate(text[room - 1]))
            room--;
        return $"{text.AsSpan(0, room).TrimEnd()}{style.Cut}";
    }
}
