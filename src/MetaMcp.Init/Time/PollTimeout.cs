using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Time;

/// <summary>A deadline in the form that <c>poll</c> and <c>epoll_wait</c> take.</summary>
internal static class PollTimeout
{
    /// <summary>Milliseconds, rounded up so that the sleep never ends just before its deadline; -1 is for ever.</summary>
    public static int Until(Instant due, Instant now)
    {
        if (due == Instant.Never)
            return -1;
        var left = due.Nanoseconds - now.Nanoseconds;
        return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, (left + 999_999) / 1_000_000);
    }
}
