using System.Globalization;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>The figures of a run as cells of a table; a figure that is not known is a dash, never 0.</summary>
internal static class Cells
{
    /// <summary>Present use and cap: <c>412M / 1.0G</c>; <c>~</c> before a figure that was looked up.</summary>
    public static string Memory(Usage? usage, long? most, ScreenStyle style)
    {
        var now = usage?.Memory is { } bytes ? $"{(usage.IsEstimate ? "~" : "")}{ShortText.Size(bytes)}" : style.Unknown;
        return most is { } cap ? $"{now} / {ShortText.Size(cap)}" : now;
    }

    /// <summary>In cores: the mean of the time that it has run.</summary>
    public static string Cpu(Usage? usage, TimeSpan age, ScreenStyle style) =>
        usage?.CpuTime is { } used && age > TimeSpan.Zero ? ShortText.Cores(used / age) : style.Unknown;

    public static string Tasks(Usage? usage, long? most, ScreenStyle style) => usage?.Tasks is not { } tasks ? style.Unknown
        : most is { } cap ? string.Create(CultureInfo.InvariantCulture, $"{tasks}/{cap}") : Number(tasks);

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Pid(int? pid, ScreenStyle style) => pid is { } known ? Number(known) : style.Unknown;

    /// <summary>The part of its cap that a run uses; null if either is not known.</summary>
    public static double? PartOf(Usage? usage, long? most) =>
        usage?.Memory is { } bytes && most is > 0 and var cap ? bytes / (double)cap : null;
}
