using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Output;

/// <summary>The time that lines are given, for everything that writes to the same outputs. No clock is read where none is shown.</summary>
internal sealed class LogClock
{
    /// <summary>What <c>elapsed</c> counts from.</summary>
    public Instant Start { get; set; } = MonotonicClock.Now;

    /// <summary>May change while lines are written: the next one follows it.</summary>
    public LogTime Shown { get; set; }

    /// <summary>Of a line of text.</summary>
    public LineTime Now => Shown switch
    {
        LogTime.Utc => LineTime.OfUtc(DateTime.UtcNow),
        LogTime.Elapsed => LineTime.OfElapsed(MonotonicClock.Now - Start),
        LogTime.None or _ => LineTime.None,
    };

    public LineTime Of(LineFormat format) => format.NeedsUtc ? LineTime.OfUtc(DateTime.UtcNow) : Now;
}
