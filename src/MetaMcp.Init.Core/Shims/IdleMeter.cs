using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Shims;

/// <summary>Decides from counters of traffic whether a server is idle.</summary>
/// <param name="after">Unchanged for this long is idle.</param>
/// <param name="start">The time from which it counts.</param>
public sealed class IdleMeter(TimeSpan after, Instant start)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private Instant _since = start;
    private ulong? _counted;

    public bool IsIdle { get; private set; }

    /// <summary>A quarter of the idle time: then idleness is told at most that much too late.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromTicks(Math.Clamp(after.Ticks / 4, Shortest.Ticks, Longest.Ticks));

    /// <param name="count">Bytes read and written so far; null if they cannot be known, which counts as traffic.</param>
    /// <param name="now">The time of the reading.</param>
    public void Observe(ulong? count, Instant now)
    {
        if (count is null || count != _counted)
            _since = now;
        _counted = count;
        IsIdle = now - _since >= after;
    }
}
