using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// When to look at the memory of the workload and of the container, where the kernel counts it.
/// <list type="bullet">
/// <item>The workload has a tripwire in the kernel, at its critical threshold, and no look is needed while the wire is there. When it has
/// tripped, a look comes twice a second, until the memory has been clearly below the threshold for two seconds: then the wire is set
/// again. Pages of files can trip it without need; they keep the looks, and nothing else follows.</item>
/// <item>The container's own limit belongs to its runtime, and gets no wire: a look comes every two seconds, and near the limit twice
/// a second.</item>
/// </list>
/// No look comes while no service and no server runs.
/// </summary>
internal sealed class PressureWatch(Plan plan, bool isCounted, bool hasContainerLimit, Func<PoolCounts> launched) : IServiceWatch
{
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Far = TimeSpan.FromSeconds(2);

    /// <summary>The container is near its limit from here on, in percent.</summary>
    private const int NearPercent = 75;

    /// <summary>The wire returns when the memory is this many percent of the cap below it: by then the breach is over.</summary>
    private const int Distance = 5;

    private Plan _plan = plan;
    private int _running;
    private bool _hasEnded;
    private long? _wire;
    private bool _isTripped;
    private Instant _workloadAt = Instant.Never;
    private Instant _containerAt = Instant.Never;
    private Instant _farSince = Instant.Never;

    /// <summary>When the next look is due.</summary>
    public Instant Due => Instant.Earlier(_workloadAt, _containerAt);

    /// <summary>Whether memory is watched while anything runs.</summary>
    public bool IsMemoryWatched => _plan.Settings.Limits is { Monitoring: true } limits &&
        (hasContainerLimit || (isCounted && limits.Memory is not null));

    /// <summary>Whether anything runs, and monitoring is not switched off.</summary>
    public bool IsAnyRunning => !_hasEnded && _plan.Settings.Limits.Monitoring && (_running > 0 || launched().Endable > 0);

    /// <summary>The place of the wire, in bytes, also while it is away; null if there is none.</summary>
    public long? Wire => _wire;

    private long? WireWanted => isCounted && IsAnyRunning && _plan.Settings.Limits is { Memory: { } cap } limits
        ? cap.Bytes / 100 * limits.MemoryCritical : null;

    public void Changed(int service, ServiceState before, ServiceState after, Instant now) =>
        _running += (IsCounted(service, after) ? 1 : 0) - (IsCounted(service, before) ? 1 : 0);

    public void PutInForce(Plan plan, ServiceState[] states, Instant now)
    {
        _plan = plan;
        _running = 0;
        for (var service = 0; service < states.Length; service++)
            _running += IsCounted(service, states[service]) ? 1 : 0;
    }

    /// <summary>No run is remembered here.</summary>
    public void Forget(long run)
    {
    }

    public void End() => (_hasEnded, _workloadAt, _containerAt) = (true, Instant.Never, Instant.Never);

    /// <summary>Whether the wire has to be set to another place, or taken away.</summary>
    public bool MovesWire(out long? bytes) => (bytes = WireWanted) != _wire;

    /// <summary>The kernel was asked for that.</summary>
    public void WireMoved(long? bytes)
    {
        (_wire, _isTripped) = (bytes, false);
        _workloadAt = _farSince = Instant.Never;
    }

    /// <summary>The wire has tripped and is away, or it could not be set; true if it was expected to be there.</summary>
    public bool Tripped(Instant now)
    {
        if (_wire is null || _hasEnded)
            return false;
        (_isTripped, _workloadAt, _farSince) = (true, now, Instant.Never);
        return true;
    }

    /// <summary>An event may be lost: looks find out, and the wire is set anew in the end.</summary>
    public void Distrust(Instant now)
    {
        if (!_isTripped)
            _ = Tripped(now);
    }

    /// <summary>Something runs, or no longer: whether the container is looked at.</summary>
    public void SetDue(Instant now)
    {
        if (!hasContainerLimit || !IsAnyRunning)
            _containerAt = Instant.Never;
        else if (_containerAt == Instant.Never)
            _containerAt = now + Near;
    }

    /// <summary>A look was requested. Its figures decide about the next one; without figures there is a next one all the same.</summary>
    public void Looked(Instant now)
    {
        if (_isTripped)
            _workloadAt = now + Near;
        if (_containerAt != Instant.Never)
            _containerAt = now + Far;
    }

    /// <summary>The workload holds so much, with all pages of files; true if the wire has to be set again.</summary>
    public bool HoldsWorkload(long held, Instant now)
    {
        if (!_isTripped || _wire is not { } wire || _plan.Settings.Limits.Memory is not { } cap)
            return false;
        if (held >= wire - (cap.Bytes / 100 * Distance))
            _farSince = Instant.Never;
        else if (_farSince == Instant.Never)
            _farSince = now;
        return _farSince != Instant.Never && now - _farSince >= Far;
    }

    /// <summary>The container uses so much of its limit.</summary>
    public void UsesContainer(int percent, Instant now)
    {
        if (_containerAt != Instant.Never && percent >= Math.Min(NearPercent, _plan.Settings.Limits.MemoryCritical - Distance))
            _containerAt = now + Near;
    }

    private bool IsCounted(int service, ServiceState state) => !_plan.Services[service].IsOwn && LimitWatch.IsEndable(state);
}
