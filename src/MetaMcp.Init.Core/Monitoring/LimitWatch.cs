using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// Watches the caps that the kernel does not enforce here: when to look, how closely, and what is over its cap. While a run has such a
/// cap, a rough look comes twice a second and costs microseconds a process; its figure is never lower than the use. Only if that figure
/// comes near a cap does a close look follow, which costs milliseconds. Only close looks count as a breach.
/// </summary>
internal sealed class LimitWatch : IServiceWatch
{
    /// <summary>A breach is found within this time and the time of two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private const int MostOfFar = 80;

    /// <summary>A close look that was not answered within this time will not be answered.</summary>
    private static readonly TimeSpan CloseLookTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The number of estimates over a cap in a row that count as a breach. An estimate may be too high; whatever kept PSS from being read
    /// (a thread in state D, a busy machine) is mostly over at the next look.
    /// </summary>
    private const int EstimatesThatCount = 3;

    /// <summary>If a rough figure has not changed, a close look follows after this many rough looks.</summary>
    private const int LooksBetween = 10;

    private readonly Controllers _sampled;
    private static readonly Closely Unseen = new(0, 0, 0, 0);

    private readonly Dictionary<long, Closely> _closely = [];
    private Plan _plan;
    private int _watched;
    private bool _hasEnded;
    private bool _isOfAll;
    private Instant _closeBy;

    private readonly Func<PoolCounts> _launched;

    private readonly EndedRuns _ended;

    public LimitWatch(Plan plan, Controllers sampled, Func<PoolCounts> launched, EndedRuns ended) =>
        (_plan, _sampled, _launched, _ended) = (plan, sampled, launched, ended);

    /// <summary>When the next rough look is due.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>From here on, in percent of a cap, a close look is needed: it tells which threshold was passed.</summary>
    private int NearPercent => _plan.Settings.Limits is { Monitoring: true, MemoryWarning: var warning }
        ? Math.Min(MostOfFar, warning) : MostOfFar;

    private bool Memory => _sampled.HasFlag(Controllers.Memory);

    private bool Tasks => _sampled.HasFlag(Controllers.Tasks);

    /// <summary>Whether tasks are counted by looking.</summary>
    public bool CountsTasks => Tasks;

    private bool HasCapOfAll =>
        (Memory && _plan.Settings.Limits.Memory is not null) || (Tasks && _plan.Settings.Limits.Tasks is not null);

    /// <summary>
    /// Whether the run can be ended for a limit: the program of the service runs, and not the second stage, and the run does not end
    /// already.
    /// </summary>
    public static bool IsEndable(ServiceState state) => StatePredicates.RunStateOf(state) is { } run && RunPredicates.IsEndable(run);

    public void Changed(int service, ServiceState before, ServiceState after, Instant now)
    {
        if (_hasEnded || !IsCapped(service))
            return;
        _watched += (IsEndable(after) ? 1 : 0) - (IsEndable(before) ? 1 : 0);
        SetDue(now);
    }

    /// <summary>Another plan is in force; the figures of runs that continue remain valid.</summary>
    public void PutInForce(Plan plan, ServiceState[] states, Instant now)
    {
        _plan = plan;
        _watched = 0;
        if (_hasEnded)
            return;
        for (var service = 0; service < states.Length; service++)
            _watched += IsEndable(states[service]) && IsCapped(service) ? 1 : 0;
        SetDue(now);
    }

    /// <summary>Nothing is measured any more: a shutdown has a deadline of its own.</summary>
    public void End() => (Due, _hasEnded) = (Instant.Never, true);

    public void Looked(Instant now) => Due = now + Interval;

    /// <summary>Whether all together are watched before they reach their cap.</summary>
    public bool IsMemoryWatched => Memory && _plan.Settings.Limits is { Monitoring: true, Memory: not null };

    /// <summary>Whether an answer to a look is the use of all together.</summary>
    public bool IsOfAll(bool closely) => !closely || _isOfAll;

    public void Forget(long run)
    {
        _closely.Remove(run);
        _ended.Forget(run);
    }

    /// <summary>
    /// The runs whose rough figure comes so near a cap that a close look is needed; none while a close look is under way.
    /// </summary>
    /// <param name="usages">The rough figures.</param>
    /// <param name="limitsOf">The limits of a run.</param>
    /// <param name="now">The time of the look.</param>
    /// <param name="isPending">Whether an action for the cap of all waits for exact figures.</param>
    public ImmutableArray<long> Near(
        ImmutableArray<RunUsage> usages, Func<long, CgroupLimits> limitsOf, Instant now, bool isPending)
    {
        if (!Memory || now < _closeBy)
            return [];
        _isOfAll = _plan.Settings.Limits.Memory is { } all && IsNearAll(usages.Sum(u => u.Memory), all.Bytes, isPending);
        ImmutableArray<long> near =
        [
            .. _isOfAll ? usages.Select(u => u.Run) : usages.Where(u =>
                limitsOf(u.Run).MemoryMax is { } max && IsNear(u.Run, u.Memory, max.Bytes))
                    .Select(u => u.Run),
        ];
        _closeBy = near.IsEmpty ? default : now + CloseLookTimeout;
        return near;
    }

    /// <summary>Why a run is over a cap of its own; null if it is not.</summary>
    public string? Breach(CgroupLimits limits, RunUsage usage, bool closely)
    {
        if (Tasks && limits.TasksMax is { } tasks && usage.Tasks > tasks)
            return $"over its tasks_max of {tasks}, with {usage.Tasks} tasks";
        if (!Memory || !closely || limits.MemoryMax is not { } max)
            return null;
        return IsOver(usage.Run, usage.Memory, max.Bytes, usage.IsEstimate)
            ? $"over its memory_max of {max}, with {About(usage.IsEstimate)}{new ByteSize(usage.Memory).Rounded}"
            : null;
    }

    /// <summary>
    /// Why all runs together are over their cap, and whether the cap is one of memory; null if they are not. A close look at some runs
    /// tells nothing about all; a run that started after the look was requested is only missing from the sum.
    /// </summary>
    public (string Reason, bool IsMemory)? BreachOfAll(ImmutableArray<RunUsage> usages, bool closely)
    {
        if (closely)
            _closeBy = default;
        if (closely && !_isOfAll)
            return null;
        var limits = _plan.Settings.Limits;
        var tasks = usages.Sum(u => u.Tasks);
        if (Tasks && limits.Tasks is { } mostTasks && tasks > mostTasks)
            return ($"where all together are over tasks of [limits], {mostTasks}, with {tasks}", false);
        if (!Memory || !closely || limits.Memory is not { } most)
            return null;
        var memory = usages.Sum(u => u.Memory);
        var isEstimate = usages.Any(u => u.IsEstimate);
        return IsOver(0, memory, most.Bytes, isEstimate)
            ? ($"where all together are over memory of [limits], {most}, with {About(isEstimate)}" +
                $"{new ByteSize(memory).Rounded}", true)
            : null;
    }

    private static string About(bool isEstimate) => isEstimate ? "about " : "";

    /// <summary>A launched server has begun or ended.</summary>
    public void LaunchedChanged(Instant now)
    {
        if (!_hasEnded)
            SetDue(now);
    }

    /// <summary>Whether a launched server counts for a cap.</summary>
    private bool IsLaunchedWatched =>
        (Memory || Tasks) && (HasCapOfAll ? _launched().Endable : _launched().Capped) > 0;

    private void SetDue(Instant now)
    {
        if (_watched == 0 && !IsLaunchedWatched)
            Due = Instant.Never;
        else if (Due == Instant.Never)
            Due = now + Interval;
    }

    /// <summary>A look twice a second for a service of our own, which is small, would wake a container that has no limits.</summary>
    private bool IsCapped(int service) =>
        HasCapOfAll || (!_plan.Services[service].IsOwn && HasCap(_plan.Services[service].Settings.Limits));

    private bool HasCap(CgroupLimits limits) => (Memory && limits.MemoryMax is not null) || (Tasks && limits.TasksMax is not null);

    /// <summary>
    /// Shared memory may keep the rough figure above a cap for ever. That figure cannot pass the cap by growing less than was left at the
    /// last close look. So the next close look waits until the figure has grown by a quarter of that amount, from its lowest value since:
    /// if shared memory was freed, memory that takes its place is new.
    /// </summary>
    private bool IsNear(long run, long rough, long cap) => IsNear(run, rough, cap / 100 * NearPercent, cap, isPending: false);

    /// <summary>All together are watched for their critical threshold too, which comes before the cap.</summary>
    private bool IsNearAll(long rough, long cap, bool isPending)
    {
        var limits = _plan.Settings.Limits;
        if (!limits.Monitoring)
            return IsNear(0, rough, cap);
        var critical = cap / 100 * limits.MemoryCritical;
        var isBelow = (_closely.GetValueOrDefault(0)?.Close ?? 0) < critical;
        return IsNear(
            0, rough, cap / 100 * Math.Min(NearPercent, limits.MemoryCritical - (limits.MemoryCritical / 10)), isBelow ? critical : cap,
            isPending);
    }

    private bool IsNear(long run, long rough, long near, long cap, bool isPending)
    {
        var last = _closely.GetValueOrDefault(run) ?? Unseen;
        if (rough < last.Rough)
            _closely[run] = last = last with { Rough = rough };
        if (rough < near)
            return false;
        var isWanted = isPending || last.Looks == 0 || last.Estimates > 0 || last.Looks > LooksBetween ||
            rough - last.Rough >= (cap - last.Close) / 4;
        _closely[run] = isWanted ? last with { Rough = rough, Looks = 1 } : last with { Looks = last.Looks + 1 };
        return isWanted;
    }

    private bool IsOver(long run, long memory, long cap, bool isEstimate)
    {
        var last = _closely.GetValueOrDefault(run) ?? Unseen;
        var estimates = memory > cap && isEstimate ? last.Estimates + 1 : 0;
        var counts = memory > cap && (!isEstimate || estimates == EstimatesThatCount);
        _closely[run] = last with { Close = memory, Estimates = counts ? 0 : estimates };
        return counts;
    }

    /// <summary>
    /// A close look: the lowest rough figure since, the figure that it showed, the number of rough looks since, and the number of
    /// estimates over the cap in a row. Run 0 stands for all runs together.
    /// </summary>
    private sealed record Closely(long Rough, long Close, int Looks, int Estimates);
}
