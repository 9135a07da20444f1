namespace MetaMcp.Init.Core.Values;

/// <summary>
/// A point on the monotonic clock (<c>CLOCK_MONOTONIC</c>), in nanoseconds. No decision uses the wall clock, so setting that clock
/// neither fires a deadline nor delays one.
/// </summary>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>Later than every deadline: sleep until something happens.</summary>
    public static Instant Never { get; } = new(long.MaxValue);

    public static Instant operator +(Instant at, TimeSpan span)
    {
        // Saturates, since "wait for ever" is written as a very long span.
        var nanoseconds = (Int128)at.Nanoseconds + ((Int128)span.Ticks * 100);
        return nanoseconds >= long.MaxValue ? Never : new Instant((long)nanoseconds);
    }

    public static TimeSpan operator -(Instant later, Instant earlier) =>
        TimeSpan.FromTicks((later.Nanoseconds - earlier.Nanoseconds) / 100);

    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;

    public static Instant Earlier(Instant a, Instant b) => a < b ? a : b;

    /// <summary>The first of them.</summary>
    public static Instant Earliest(params ReadOnlySpan<Instant> all)
    {
        var earliest = Never;
        foreach (var one in all)
            earliest = Earlier(earliest, one);
        return earliest;
    }

    public static Instant Later(Instant a, Instant b) => a < b ? b : a;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);
}
