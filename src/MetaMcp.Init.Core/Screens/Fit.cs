namespace MetaMcp.Init.Core.Screens;

/// <summary>Makes a line safe for a terminal, and cuts it at the edge of the screen.</summary>
internal static class Fit
{
    /// <param name="text">Without colours; it may be hostile.</param>
    /// <param name="style">The style.</param>
    /// <param name="indent">The columns in front of it.</param>
    public static string To(string text, ScreenStyle style, int indent = 0)
    {
        var safe = SafeText.Of(text);
        return style.Width == int.MaxValue ? safe : TextColumns.Cut(safe, Math.Max(1, style.Width - indent), style.Cut);
    }
}
