using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Time;

/// <summary>The one clock of all decisions (<c>man 2 clock_gettime</c>, CLOCK_MONOTONIC).</summary>
internal static unsafe class MonotonicClock
{
    public static Instant Now
    {
        get
        {
            timespec time;
            _ = clock_gettime(CLOCK_MONOTONIC, &time);
            return new Instant((time.tv_sec * 1_000_000_000) + time.tv_nsec);
        }
    }
}
