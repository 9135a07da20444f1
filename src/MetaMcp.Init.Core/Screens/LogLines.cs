using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// <c>mcp-init logs</c>: a line for each row, in the order in which they came. Between the name and the text a sign says whose words they
/// are: <c>|</c> stdout, <c>!</c> stderr, <c>=</c> mcp-init, of what it did to the service, <c>~</c> the number of lines that are missing.
/// </summary>
public static class LogLines
{
    /// <summary>They are printed as they come, so that the columns are fixed; a longer name is cut.</summary>
    private const int NameWidth = 19;

    private const string Signs = "|!=~";

    /// <summary>Colours of the terminal's own palette, without red and yellow, which mean trouble.</summary>
    private static readonly string[] Colours = ["\e[36m", "\e[35m", "\e[34m", "\e[32m", "\e[96m", "\e[95m", "\e[94m", "\e[92m"];

    public static char Sign(LogStream stream) => Signs[(int)stream];

    public static string Draw(LogRow row, ScreenStyle style)
    {
        ArgumentNullException.ThrowIfNull(row);
        var time = ClockText.Precise(row.UnixMilliseconds);
        var name = SafeText.Of(row.Subject);
        if (style.Width != int.MaxValue)
            name = TextColumns.Cut(name, NameWidth, style.Cut);
        name = TextColumns.PadRight(name, NameWidth);
        var front = $"{time} {name}{Sign(row.Stream)} ";
        var text = Fit.To(row.Text, style, TextColumns.Of(front));
        return style.IsColoured ? $"{time} {ColourOf(row.Subject)}{name}\e[0m{Sign(row.Stream)} {text}" : Fit.To(front + text, style);
    }

    /// <summary>The same name has the same colour, always.</summary>
    private static string ColourOf(string name)
    {
        var sum = 0u;
        foreach (var rune in name.EnumerateRunes())
            sum = (sum * 31) + (uint)rune.Value;
        return Colours[sum % Colours.Length];
    }
}
