using System.Globalization;

namespace MetaMcp.Init.Core.Http;

/// <summary>The time as the field Date has it (RFC 9110, section 5.6.7); the library's own formats would bring its calendars.</summary>
internal static class HttpDate
{
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    private static readonly string[] Months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <param name="unixSeconds">From 1970 on; a clock that is set to nonsense gives 1970.</param>
    public static string Text(long unixSeconds)
    {
        var time = DateTime.UnixEpoch.AddSeconds(unixSeconds is >= 0 and < 250_000_000_000 ? unixSeconds : 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Days[(int)time.DayOfWeek]}, {time.Day:00} {Months[time.Month - 1]} {time.Year:0000} {time.Hour:00}:{time.Minute:00}:" +
            $"{time.Second:00} GMT");
    }
}
