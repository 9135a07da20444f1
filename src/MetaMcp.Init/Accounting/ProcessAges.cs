using MetaMcp.Init.Core.KernelText;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>The ages of processes at one moment: the kernel tells their starts in ticks since boot (<c>man 5 proc</c>, stat).</summary>
internal readonly unsafe struct ProcessAges
{
    private readonly TimeSpan _now;

    private ProcessAges(TimeSpan now) => _now = now;

    public static ProcessAges Now
    {
        get
        {
            timespec time;
            _ = clock_gettime(CLOCK_BOOTTIME, &time);
            return new ProcessAges(TimeSpan.FromTicks((time.tv_sec * TimeSpan.TicksPerSecond) + (time.tv_nsec / 100)));
        }
    }

    /// <summary>A time namespace moves both by the same.</summary>
    public TimeSpan Of(in ProcessStat process)
    {
        var age = _now - ProcessTimes.Time(process.StartTime);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
