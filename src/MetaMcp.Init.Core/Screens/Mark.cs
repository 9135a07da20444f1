namespace MetaMcp.Init.Core.Screens;

/// <summary>The mark in front of a row, which says beside the word how things are.</summary>
public enum Mark { Ready, OnItsWay, Off, Broken, Warning }

/// <summary>The marks as they are drawn.</summary>
public static class Marks
{
    private const string Signs = "●◐○✖▲";
    private const string AsciiSigns = "*~-x!";

    /// <summary>Colours of the terminal's own palette (ECMA-48, SGR): green, cyan, none, red, yellow.</summary>
    private static readonly string[] Colours = ["\e[32m", "\e[36m", "", "\e[31m", "\e[33m"];

    public static char Sign(Mark mark, bool isAscii) => (isAscii ? AsciiSigns : Signs)[(int)mark];

    /// <summary>The sign with its colour, if there is one.</summary>
    public static string Draw(Mark mark, ScreenStyle style)
    {
        var sign = Sign(mark, style.IsAscii);
        return style.IsColoured && Colours[(int)mark] is { Length: > 0 } colour ? $"{colour}{sign}\e[0m" : $"{sign}";
    }
}
