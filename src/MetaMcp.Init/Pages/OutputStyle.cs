using System.Globalization;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Pages;

/// <summary>How a page is to be drawn where our output goes.</summary>
internal static unsafe class OutputStyle
{
    private const int Narrowest = 40;

    /// <summary>
    /// As wide as the terminal, or as COLUMNS says; into a pipe or a file no line is cut. ASCII where the locale is not UTF-8
    /// (<c>man 7 locale</c>), as in a <c>docker exec</c> without LANG. Colours on a terminal alone, and never with NO_COLOR.
    /// </summary>
    public static ScreenStyle Of(bool isAscii, bool isWide)
    {
        var isTerminal = isatty(1) == 1;
        var width = isWide ? int.MaxValue : WidthOf(1) ?? Columns() ?? (isTerminal ? 80 : int.MaxValue);
        var hasColours = isTerminal && Variable("NO_COLOR") is null && Variable("TERM") is not "dumb";
        return new ScreenStyle(width < Narrowest ? Narrowest : width, isAscii || !IsUtf8, hasColours);
    }

    public static bool IsUtf8
    {
        get
        {
            var locale = Variable("LC_ALL") ?? Variable("LC_CTYPE") ?? Variable("LANG") ?? "";
            return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) ||
                locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Null if it is no terminal, or one that has no size.</summary>
    public static int? WidthOf(int file)
    {
        winsize size;
        return ioctl(file, TIOCGWINSZ, (nint)(&size)) == 0 && size.ws_col > 0 ? size.ws_col : null;
    }

    private static int? Columns() =>
        int.TryParse(Variable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0 ? columns : null;

    /// <summary>An empty one counts as none.</summary>
    private static string? Variable(string name) => StartArguments.Variable(name) is { Length: > 0 } value ? value : null;
}
