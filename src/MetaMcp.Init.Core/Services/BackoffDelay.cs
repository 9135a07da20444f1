using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Services;

/// <summary>How long to wait before the next start: exponential, capped, varied so that many do not start in step.</summary>
public static class BackoffDelay
{
    /// <param name="settings">The service's own.</param>
    /// <param name="restarts">In a row, with the one to come: at least 1.</param>
    /// <param name="jitter">0 to 1; 0.5 leaves the delay as computed.</param>
    public static TimeSpan For(BackoffSettings settings, int restarts, double jitter)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // Finite, since no delay at all times infinity is not a number.
        var growth = Math.Min(Math.Pow(settings.Factor, restarts - 1), double.MaxValue);
        var plain = settings.Initial.TotalMilliseconds * growth;
        var capped = Math.Min(plain, settings.Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(capped * (1 + (settings.Jitter * ((2 * jitter) - 1))));
    }
}
