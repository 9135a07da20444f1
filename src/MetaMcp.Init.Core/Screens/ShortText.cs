using System.Globalization;

namespace MetaMcp.Init.Core.Screens;

/// <summary>Figures in few columns.</summary>
public static class ShortText
{
    private const long Kibi = 1 << 10, Mebi = 1 << 20, Gibi = 1 << 30;

    /// <summary>Powers of 1024, in four columns or five: <c>64K</c>, <c>412M</c>, <c>1.6G</c>.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 0 => "0",
        < Kibi => string.Create(CultureInfo.InvariantCulture, $"{bytes}"),
        < Mebi => Scaled(bytes, Kibi, 'K'),
        < Gibi => Scaled(bytes, Mebi, 'M'),
        _ => Scaled(bytes, Gibi, 'G'),
    };

    /// <summary>The two largest units: <c>0.4s</c>, <c>41s</c>, <c>9m41s</c>, <c>3h12m</c>, <c>5d4h</c>.</summary>
    public static string Time(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0}s");
        return time switch
        {
            { TotalMinutes: < 1 } => Text(time.Seconds, 's', 0, ' '),
            { TotalHours: < 1 } => Text(time.Minutes, 'm', time.Seconds, 's'),
            { TotalDays: < 1 } => Text(time.Hours, 'h', time.Minutes, 'm'),
            _ => Text((int)time.TotalDays, 'd', time.Hours, 'h'),
        };
    }

    /// <summary>The largest unit alone, for a column that has no room: <c>41s</c>, <c>9m</c>, <c>3h</c>, <c>5d</c>.</summary>
    public static string Age(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => Text(Math.Max(0, (int)time.TotalSeconds), 's', 0, ' '),
        { TotalHours: < 1 } => Text(time.Minutes, 'm', 0, ' '),
        { TotalDays: < 1 } => Text(time.Hours, 'h', 0, ' '),
        _ => Text((int)time.TotalDays, 'd', 0, ' '),
    };

    public static string Cores(double cores) => string.Create(CultureInfo.InvariantCulture, $"{cores:0.00}");

    /// <summary>A probe's time: <c>4ms</c>, <c>1.2s</c>.</summary>
    public static string Latency(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s");

    public static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0}%");

    /// <summary>A share in per cent, as PSI has it: <c>0.3%</c>.</summary>
    public static string Share(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.0}%");

    private static string Scaled(long bytes, long unit, char letter)
    {
        var value = bytes / (double)unit;
        // A gibibyte more or less matters; a tenth of a mebibyte does not.
        return letter == 'G' || value < 10
            ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0}{letter}")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0}{letter}");
    }

    private static string Text(int large, char unit, int small, char smallUnit) => small == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{large}{unit}")
        : string.Create(CultureInfo.InvariantCulture, $"{large}{unit}{small}{smallUnit}");
}
