using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>The thresholds, with hysteresis: a figure that hovers at a threshold is reported once.</summary>
internal static class UsageThresholds
{
    /// <summary>A level is left when the figure is this many percent of the limit below the threshold.</summary>
    private const int Hysteresis = 5;

    public static UsageLevel Of(UsageLevel before, long used, ByteSize limit, LimitSettings limits) =>
        Of(before, used, limit.Bytes, limits);

    /// <param name="before">The level until now.</param>
    /// <param name="used">Bytes, or tasks.</param>
    /// <param name="limit">The limit of the same.</param>
    /// <param name="limits">Has the thresholds.</param>
    public static UsageLevel Of(UsageLevel before, long used, long limit, LimitSettings limits)
    {
        var percent = PercentOf(used, limit);
        if (percent >= Begin(UsageLevel.Critical))
            return UsageLevel.Critical;
        return percent >= Begin(UsageLevel.Warning) ? UsageLevel.Warning : UsageLevel.Normal;

        int Begin(UsageLevel level) =>
            (level == UsageLevel.Critical ? limits.MemoryCritical : limits.MemoryWarning) - (before >= level ? Hysteresis : 0);
    }

    public static int PercentOf(long used, ByteSize limit) => PercentOf(used, limit.Bytes);

    public static int PercentOf(long used, long limit) => (int)(used / (Math.Max(limit, 1) / 100.0));
}
