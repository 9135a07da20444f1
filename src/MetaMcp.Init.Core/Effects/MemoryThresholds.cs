using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>The thresholds, with hysteresis: a figure that hovers at a threshold is reported once.</summary>
internal static class MemoryThresholds
{
    /// <summary>A level is left when the figure is this many percent of the cap below the threshold.</summary>
    private const int Hysteresis = 5;

    public static MemoryLevel Of(MemoryLevel before, long used, ByteSize cap, LimitSettings limits)
    {
        var percent = PercentOf(used, cap);
        if (percent >= Begin(MemoryLevel.Critical))
            return MemoryLevel.Critical;
        return percent >= Begin(MemoryLevel.Warning) ? MemoryLevel.Warning : MemoryLevel.Normal;

        int Begin(MemoryLevel level) =>
            (level == MemoryLevel.Critical ? limits.MemoryCritical : limits.MemoryWarning) - (before >= level ? Hysteresis : 0);
    }

    public static int PercentOf(long used, ByteSize cap) => (int)(used / Math.Max(cap.Bytes / 100.0, 1));
}
