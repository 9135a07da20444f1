namespace MetaMcp.Init.Core.Screens;

/// <summary>How a screen is drawn.</summary>
/// <param name="Width">The columns of the terminal; lines are cut there, and never wrapped. <see cref="int.MaxValue"/> never cuts.</param>
/// <param name="IsAscii">Marks of ASCII alone, where the locale is not UTF-8.</param>
/// <param name="IsColoured">Marks have a colour: on a terminal, and never with NO_COLOR.</param>
public readonly record struct ScreenStyle(int Width, bool IsAscii = false, bool IsColoured = false)
{
    /// <summary>The sign of a value that is not known.</summary>
    public string Unknown => IsAscii ? "-" : "–";

    /// <summary>The end of a text that was cut.</summary>
    public char Cut => IsAscii ? '~' : '…';

    /// <summary>Between two facts of a line.</summary>
    public string Dot => IsAscii ? " - " : " · ";
}
