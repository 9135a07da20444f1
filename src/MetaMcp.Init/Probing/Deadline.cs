using System.Diagnostics;

namespace MetaMcp.Init.Probing;

/// <summary>The time by which a probe has its answer or has failed, on the monotonic clock.</summary>
internal readonly struct Deadline(TimeSpan timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public bool Passed => Stopwatch.GetElapsedTime(_start) >= timeout;

    public TimeSpan Left => timeout - Stopwatch.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>For poll(2): milliseconds, rounded up so that the last one is not spent in a busy loop.</summary>
    public int PollTimeout => (int)Math.Min(Math.Ceiling(Left.TotalMilliseconds), int.MaxValue);
}
