using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Services;

/// <summary>The delay before the next start: exponential, capped, and varied so that many services do not start in step.</summary>
public static class BackoffDelay
{
    /// <param name="settings">The back-off settings of the service.</param>
    /// <param name="restarts">The number of restarts in a row, including the next one: at least 1.</param>
    /// <param name="jitter">0 to 1; 0.5 leaves the delay as computed.</param>
    public static TimeSpan For(BackoffSettings settings, int restarts, double jitter)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // The growth stays finite, since a delay of zero times infinity would be NaN.
        var growth = Math.Min(Math.Pow(settings.Factor, restarts - 1), double.MaxValue);
        var plain = settings.Initial.TotalMilliseconds * growth;
        var capped = Math.Min(plain, settings.Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(capped * (1 + (settings.Jitter * ((2 * jitter) - 1))));
    }
}
