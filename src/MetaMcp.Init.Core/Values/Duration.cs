using System.Globalization;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// Durations as people write them: <c>"500ms"</c>, <c>"30s"</c>, <c>"2m"</c>, <c>"1h"</c>, <c>"1m30s"</c>, <c>"1.5s"</c>;
/// a bare <c>0</c> needs no unit. Each unit at most once, the larger first.
/// </summary>
public static class Duration
{
    /// <summary>Ten years: longer than any machine runs, short enough never to overflow.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(3650);

    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = TimeSpan.Zero;
        if (text == "0")
            return true;
        var rest = text.AsSpan();
        var milliseconds = 0.0;
        var below = double.MaxValue;
        while (!rest.IsEmpty)
        {
            var digits = NumberText.LengthAtFront(rest);
            if (digits == 0 ||
                !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAnyExceptInRange('a', 'z');
            var unit = (letters < 0 ? rest : rest[..letters]).ToString();
            var factor = Array.Find(Units, u => u.Unit == unit).Milliseconds;
            if (factor == 0 || factor >= below)
                return false;
            below = factor;
            milliseconds += amount * factor;
            rest = rest[unit.Length..];
        }
        if (text.Length == 0 || milliseconds > Max.TotalMilliseconds)
            return false;
        duration = TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }

    /// <summary>The shortest way to write it that <see cref="TryParse"/> reads back, as configuration and plans show it.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        if (duration < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.####}ms");
        var text = "";
        if (duration.Days > 0)
            text += $"{duration.Days}d";
        if (duration.Hours > 0)
            text += $"{duration.Hours}h";
        if (duration.Minutes > 0)
            text += $"{duration.Minutes}m";
        var seconds = duration.Seconds + (duration.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond);
        return seconds > 0 ? text + string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#######}s") : text;
    }

    /// <summary>A time that has passed: in whole seconds, below one second in whole milliseconds.</summary>
    public static string FormatRounded(TimeSpan duration) => Format(
        duration < TimeSpan.FromSeconds(1)
        ? TimeSpan.FromMilliseconds(Math.Floor(duration.TotalMilliseconds)) : TimeSpan.FromSeconds(Math.Floor(duration.TotalSeconds)));
}
