using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Output;

/// <summary>The time in front of lines, for all writers of the same outputs. The clock is read only if a time is shown.</summary>
internal sealed class LogClock
{
    /// <summary>The start of <c>elapsed</c>.</summary>
    public Instant Start { get; set; } = MonotonicClock.Now;

    /// <summary>May change while lines are written: the next line follows it.</summary>
    public LogTime Shown { get; set; }

    /// <summary>The time for a line of text.</summary>
    public LineTime Now => Shown switch
    {
        LogTime.Utc => LineTime.OfUtc(DateTime.UtcNow),
        LogTime.Elapsed => LineTime.OfElapsed(MonotonicClock.Now - Start),
        LogTime.None or _ => LineTime.None,
    };

    public LineTime Of(LineFormat format) => format.NeedsUtc ? LineTime.OfUtc(DateTime.UtcNow) : Now;
}
