using System.Globalization;

namespace MetaMcp.Init.Core.Screens;

/// <summary>The time of day of a line, in UTC: no container needs a table of time zones for it.</summary>
public static class ClockText
{
    private const long Day = 86_400_000;

    /// <summary><c>13:02:11.118</c></summary>
    public static string Precise(long unixMilliseconds)
    {
        var time = InDay(unixMilliseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{Seconds(unixMilliseconds)}.{time % 1000:000}");
    }

    /// <summary><c>13:02:11</c></summary>
    public static string Seconds(long unixMilliseconds)
    {
        var time = InDay(unixMilliseconds) / 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{time / 3600:00}:{time / 60 % 60:00}:{time % 60:00}");
    }

    private static long InDay(long milliseconds) => ((milliseconds % Day) + Day) % Day;
}
