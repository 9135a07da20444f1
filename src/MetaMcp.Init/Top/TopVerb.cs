using System.Globalization;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Top;

/// <summary>
/// The verb <c>top</c>. On a terminal one process draws and the one that the shell waits for guards it; else it is one page.
/// </summary>
internal static class TopVerb
{
    private const double Shortest = 0.1, Longest = 3600;

    private const int WrongCommandLine = 100;

    /// <param name="delay">Seconds, as they were typed; null for two.</param>
    /// <param name="isAscii">Marks of ASCII alone.</param>
    public static int Run(string? delay, bool isAscii)
    {
        var seconds = 2.0;
        if (delay is not null && !TryRead(delay, out seconds))
        {
            Page.Error($"mcp-init top: --delay is a number of seconds from {Shortest} to {Longest}, such as 2 or 0.5");
            return WrongCommandLine;
        }
        // The one who starts it sees at once that there is nothing to see.
        using (var client = VerbAnswers.Open())
            if (client is null)
                return VerbAnswers.NoInit;
        return WholeScreen.Open() is { } screen ? TopGuard.Run(screen, TimeSpan.FromSeconds(seconds), isAscii)
            : OnePage(TimeSpan.FromSeconds(seconds), isAscii);
    }

    private static bool TryRead(string delay, out double seconds) =>
        double.TryParse(delay.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) &&
        seconds is >= Shortest and <= Longest;

    private static int OnePage(TimeSpan delay, bool isAscii)
    {
        using var source = new TopSource();
        var view = new TopView(mayAct: false, delay);
        view.Take(source.Look(view.Sort), [], MonotonicClock.Now - default(Core.Values.Instant));
        if (view.Status is null)
        {
            Page.Error(VerbAnswers.Lost);
            return VerbAnswers.NoInit;
        }
        var lines = TopScreen.Draw(view, int.MaxValue, OutputStyle.Of(isAscii, isWide: false), WallClock.Text);
        Page.Out(string.Join('\n', lines) + "\n");
        return VerbAnswers.Success;
    }
}
