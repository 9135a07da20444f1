using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How long a service is waited for that can ask for more time (EXTEND_TIMEOUT_USEC, <c>man 3 sd_notify</c>): what it asks for is granted
/// up to an end, since a stop that a service puts off for ever holds a place that others wait for.
/// </summary>
/// <param name="Until">When the waiting is over.</param>
/// <param name="Latest">As late as that can be put off.</param>
public readonly record struct Patience(Instant Until, Instant Latest)
{
    /// <summary>All extensions together come to so many times the first time.</summary>
    private const int MostTimes = 10;

    /// <summary>Nothing is waited for.</summary>
    public static Patience None { get; } = new(Instant.Never, Instant.Never);

    /// <param name="now">The beginning.</param>
    /// <param name="time">How long without an extension.</param>
    public static Patience From(Instant now, TimeSpan time) => new(now + time, now + (time * MostTimes));

    /// <summary>Never shorter than it was: another message is wanted within the time that this one gives.</summary>
    public Patience Extended(Instant now, TimeSpan more) =>
        this with { Until = Instant.Earlier(Instant.Later(Until, now + more), Latest) };
}
