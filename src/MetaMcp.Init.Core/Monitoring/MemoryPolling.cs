using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// When the memory of runs is read, if the kernel counts it: every <c>interval</c> of [health], for all at the same time, even for
/// services without a probe. Nothing is read while no run with a cap exists, or if <c>METAMCP_RESOURCE_MONITORING</c> switched it off.
/// </summary>
internal sealed class MemoryPolling(Plan plan, bool isCounted) : IServiceWatch
{
    private Plan _plan = plan;
    private int _watched;
    private bool _hasEnded;

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Whether the memory of the service counts for a cap: its own, or that of all services together.</summary>
    public bool IsWatched(int service, ServiceState state) =>
        isCounted && _plan.Settings.Limits.Monitoring && HasCap(service) && LimitWatch.IsEndable(state);

    private bool HasCap(int service) =>
        _plan.Settings.Limits.Memory is not null || _plan.Services[service] is { IsOwn: false, Settings.Limits.MemoryMax: not null };

    public void Changed(int service, ServiceState before, ServiceState after, Instant now)
    {
        _watched += (IsWatched(service, after) ? 1 : 0) - (IsWatched(service, before) ? 1 : 0);
        SetDue(now);
    }

    public void PutInForce(Plan plan, ServiceState[] states, Instant now)
    {
        _plan = plan;
        _watched = 0;
        for (var service = 0; service < states.Length; service++)
            _watched += IsWatched(service, states[service]) ? 1 : 0;
        SetDue(now);
    }

    /// <summary>Nothing is read any more.</summary>
    public void End() => (Due, _hasEnded) = (Instant.Never, true);

    /// <summary>No run is remembered here.</summary>
    public void Forget(long run)
    {
    }

    public void Looked(Instant now) => Due = now + _plan.Settings.Health.Interval;

    private void SetDue(Instant now)
    {
        if (_watched == 0 || _hasEnded)
            Due = Instant.Never;
        else if (Due == Instant.Never)
            Looked(now);
    }
}
