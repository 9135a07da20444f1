using System.Collections.Immutable;
using MetaMcp.Init.Core.Alerting;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Monitoring;
using MetaMcp.Init.Core.Repair;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>The row of the whole container, and its health.</summary>
internal sealed class SystemRows(
    ServiceTable services, ServiceRows rows, Phases phases, OrphanWatch orphans, Reconciler reconciler, CleanupTotals totals, Tally tally,
    DiskWatch disks, StallWatch stalls, InstanceRows instances, Alerts alerts)
{
    /// <summary>The row is made at once, and is one line.</summary>
    private const int MostClauses = 16;

    /// <summary>The executable adds what it alone knows: the version, the pid and the cgroups.</summary>
    public SystemRow Of(Instant now)
    {
        var (open, healthy) = (0, 0);
        for (var service = 0; service < services.States.Length; service++)
            if (!services.IsOwn(service))
            {
                open += services.States[service] is ServiceState.Open ? 1 : 0;
                healthy += ServiceRows.ConditionOf(services.States[service]) is ServiceCondition.Ready ? 1 : 0;
            }
        var launched = instances.Count();
        var ended = 0L;
        foreach (var count in orphans.Ended.Values)
            ended += count;
        var limits = services.Plan.Settings.Limits;
        return new SystemRow
        {
            Version = "",
            Pid = 0,
            Uptime = now - phases.StartedAt,
            Phase = phases.Phase switch
            {
                Phase.StartingUp => SystemPhase.Starting,
                Phase.Running => SystemPhase.Running,
                _ => SystemPhase.Stopping,
            },
            NotReady = Problems([], isAlive: false),
            StartupTook = tally.StartupTook,
            IsReloadSuccessful = tally.IsReloadSuccessful,
            FileAge = now - (tally.ReloadedAt ?? phases.StartedAt),
            Missing = phases.MissingNames(),
            Ready = services.Listed(StatePredicates.Satisfies),
            Services = services.Listed(_ => true),
            CircuitsOpen = open,
            OutOfMemory = tally.OutOfMemory,
            LastOutOfMemory = tally.OutOfMemoryAt is { } at ? now - at : null,
            OrphansEnded = ended,
            CleanupsClean = totals.Clean,
            CleanupsKilled = totals.Killed,
            CleanupsFailed = totals.Failed,
            Repairs = reconciler.Repairs,
            CleanupMean = totals.Count > 0 ? totals.Sum / totals.Count : null,
            Instances = phases.ActiveServices + launched.Placed,
            Active = phases.ActiveServices + launched.Placed - launched.Idle,
            Healthy = healthy + launched.Well,
            LimitBreaches = tally.LimitBreaches,
            CorrectiveActions = tally.CorrectiveActions,
            Alerts = alerts.Raised,
            AlertsTold = tally.AlertsTold,
            IsStalled = stalls.IsStalled,
            StallsProblem = limits.Monitoring ? stalls.Problem : null,
            MemoryMax = limits.Memory?.Bytes,
            TasksMax = limits.Tasks,
            InstancesMax = limits.MaxInstances,
            Disks = disks.Rows,
        };
    }

    /// <summary>Why the container is not ready, or not alive: a clause for each reason; none if it is.</summary>
    /// <param name="indexes">The services that count; empty for the required ones.</param>
    /// <param name="isAlive">A process is enough.</param>
    public ImmutableArray<string> Problems(IReadOnlyCollection<int> indexes, bool isAlive)
    {
        if (indexes.Count == 0 && isAlive)
            return [];
        var problems = ImmutableArray.CreateBuilder<string>();
        if (phases.IsEnding)
            problems.Add("mcp-init is shutting down");
        var (any, unwell) = (false, 0);
        foreach (var service in services.Plan.Services)
        {
            if (indexes.Count == 0 ? service.IsRetired || !service.Settings.Required : !indexes.Contains(service.Index))
                continue;
            any = true;
            var state = services.States[service.Index];
            var isWell = isAlive ? StatePredicates.MainOf(state) is not null || state is ServiceState.Completed
                : StatePredicates.Satisfies(state);
            if (!isWell && ++unwell <= MostClauses)
                problems.Add(StatusLines.Clause(service.Name, ServiceRows.ConditionOf(state), rows.WhyOf(service.Index)));
        }
        if (unwell > MostClauses)
            problems.Add($"{unwell - MostClauses} more are not well");
        // A file that requires no service has nothing else to wait for.
        if (!any && phases.Phase is Phase.StartingUp)
            problems.Add("mcp-init is starting up");
        return problems.DrainToImmutable();
    }
}
