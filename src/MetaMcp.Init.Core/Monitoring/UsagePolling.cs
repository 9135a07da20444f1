using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// When the memory and the tasks of runs are read, if the kernel counts them: every <c>interval</c> of [health], for all at the same
/// time, even for services without a probe. Nothing is read while no run with a limit exists, or if <c>METAMCP_RESOURCE_MONITORING</c>
/// switched it off.
/// </summary>
internal sealed class UsagePolling(Plan plan, Controllers counted, Func<PoolCounts> launched) : IServiceWatch
{
    private Plan _plan = plan;
    private int _watched;
    private bool _hasEnded;

    public Instant Due { get; private set; } = Instant.Never;

    private LimitSettings Limits => _plan.Settings.Limits;

    private bool HasLimitOfAll =>
        (counted.HasFlag(Controllers.Memory) && Limits.Memory is not null) ||
        (counted.HasFlag(Controllers.Tasks) && Limits.Tasks is not null);

    private bool IsAnyWatched => _watched > 0 ||
        (counted != Controllers.None && Limits.Monitoring && (HasLimitOfAll ? launched().Endable : launched().Capped) > 0);

    /// <summary>Whether the use of the service counts for a limit: its own, or that of all services together.</summary>
    public bool IsWatched(int service, ServiceState state) => Limits.Monitoring && LimitWatch.IsEndable(state) &&
        (HasLimitOfAll || _plan.Services[service] is { IsOwn: false } planned && HasLimit(planned.Settings.Limits));

    /// <summary>The same of a launched server.</summary>
    public bool IsWatched(CgroupLimits limits, RunState run) =>
        Limits.Monitoring && RunPredicates.IsEndable(run) && (HasLimitOfAll || HasLimit(limits));

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

    /// <summary>A launched server may have begun or ended.</summary>
    public void SetDue(Instant now)
    {
        if (_hasEnded || !IsAnyWatched)
            Due = Instant.Never;
        else if (Due == Instant.Never)
            Looked(now);
    }

    /// <summary>Nothing is read any more.</summary>
    public void End() => (Due, _hasEnded) = (Instant.Never, true);

    /// <summary>No run is remembered here.</summary>
    public void Forget(long run)
    {
    }

    public void Looked(Instant now) => Due = now + _plan.Settings.Health.Interval;

    private bool HasLimit(CgroupLimits limits) =>
        (counted.HasFlag(Controllers.Memory) && limits.MemoryMax is not null) ||
        (counted.HasFlag(Controllers.Tasks) && limits.TasksMax is not null);
}
