using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Launch;

/// <summary>Looks at the server's traffic from time to time.</summary>
internal sealed class IdleWatch
{
    private readonly ServerTree _tree;
    private readonly IdleMeter _meter;
    private bool _isToldIdle;

    public IdleWatch(ServerTree tree, TimeSpan after)
    {
        _tree = tree;
        _meter = new IdleMeter(after, MonotonicClock.Now);
        Due = MonotonicClock.Now + _meter.Interval;
    }

    /// <summary>The time of the next look.</summary>
    public Instant Due { get; private set; }

    public bool IsIdle => _meter.IsIdle;

    /// <summary>PID 1 believes otherwise.</summary>
    public bool HasNews => _meter.IsIdle != _isToldIdle;

    public void Look()
    {
        _meter.Observe(TrafficCount.Of(_tree), MonotonicClock.Now);
        Due = MonotonicClock.Now + _meter.Interval;
    }

    public void Told() => _isToldIdle = _meter.IsIdle;
}
