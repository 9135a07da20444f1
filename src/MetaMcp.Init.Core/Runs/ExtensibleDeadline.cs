using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// A deadline that a service can put off (EXTEND_TIMEOUT_USEC, <c>man 3 sd_notify</c>), up to a latest time: a stop that a service puts
/// off for ever would hold a place in the cleanup queue that other services wait for.
/// </summary>
/// <param name="Until">The deadline.</param>
/// <param name="Latest">The latest time to which the deadline can be put off.</param>
public readonly record struct ExtensibleDeadline(Instant Until, Instant Latest)
{
    /// <summary>The latest time is this many times the first time.</summary>
    private const int MostTimes = 10;

    /// <summary>No deadline.</summary>
    public static ExtensibleDeadline None { get; } = new(Instant.Never, Instant.Never);

    /// <param name="now">The beginning.</param>
    /// <param name="time">The time without an extension.</param>
    public static ExtensibleDeadline From(Instant now, TimeSpan time) => new(now + time, now + (time * MostTimes));

    /// <summary>
    /// An extension never shortens the deadline: the service has to send another message within the time that this one gives.
    /// </summary>
    public ExtensibleDeadline Extended(Instant now, TimeSpan more) =>
        this with { Until = Instant.Earlier(Instant.Later(Until, now + more), Latest) };
}
