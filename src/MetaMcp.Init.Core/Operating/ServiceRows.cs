using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>The rows of services, made from their states. Nothing is changed by it.</summary>
internal sealed class ServiceRows(ServiceTable services, Registry registry, Tally tally)
{
    /// <summary>Names of services that one waits for: <c>depends_on</c> of its page has all.</summary>
    private const int MostAwaited = 8;

    /// <summary>The number of indexes; a service of the file need not be at each.</summary>
    public int Count => services.States.Length;

    /// <summary>The index of a service of the file, or of one that still ends; -1 if there is none of that name.</summary>
    public int Find(string name)
    {
        foreach (var service in services.Plan.Services)
            if (service.Name == name && IsShown(service))
                return service.Index;
        return -1;
    }

    /// <summary>Null for a service that the file does not have any more and that has ended.</summary>
    public ServiceRow? Of(int index, Instant now)
    {
        if (index >= Count || !IsShown(services.Plan.Services[index]))
            return null;
        var (state, record, plan) = (services.States[index], services.Records[index], services.Plan.Services[index]);
        var settings = services.SettingsOf(index);
        var condition = ConditionOf(state);
        return new ServiceRow
        {
            Name = plan.Name,
            Condition = condition,
            IsReady = StatePredicates.Satisfies(state),
            Since = now - record.ChangedAt,
            RunAge = StatePredicates.RunOf(state) is { } begun && registry.Find(begun) is { } entry ? now - entry.Since : null,
            IsOneshot = settings.Type == ServiceType.Oneshot,
            IsRequired = settings.Required,
            Pid = StatePredicates.MainOf(state),
            Instance = StatePredicates.RunOf(state) is { } run ? registry.Ids.Of(run) : null,
            Run = StatePredicates.RunOf(state) ?? 0,
            HasLaunched = record.LaunchedIn != 0 && record.LaunchedIn == StatePredicates.RunOf(state),
            Starts = record.Starts,
            Restarts = tally.AutomaticRestartsOf(plan.Name),
            LastEnd = record.LastExit?.ToString(),
            LastCode = record.LastExit?.ShellCode,
            LastLimit = record.LastOom?.Limit ?? record.LastLimit,
            Why = WhyOf(index, state, record),
            Next = NextOf(state, condition) is { } next && next != Instant.Never ? Instant.Later(next, now) - now : null,
            HasProbe = settings.Probe is not null,
            Probes = record.Probes.Checks,
            ProbesFailed = record.Probes.Failures,
            LastProbe = record.Probes.Checks > 0 ? record.Probes.Last : null,
            ProbeFailure = state is ServiceState.Active { Run: RunState.Starting { LastProbe: { } last } }
                ? last : record.Probes.LastFailure,
            Says = record.Status,
            MemoryMax = settings.Limits.MemoryMax?.Bytes,
            TasksMax = settings.Limits.TasksMax,
            CpuMax = settings.Limits.CpuMax,
            DependsOn = NamesOf(plan.DependsOn),
            NeededBy = NamesOf(services.Gate.NeededBy(index)),
            Command = settings.Command.IsEmpty ? null : settings.Command[0],
            User = settings.Attributes.User,
        };
    }

    /// <summary>Whether it stands in a list of all: one of our own only while it does not do its work.</summary>
    public bool IsListed(int index) => !services.IsOwn(index) || StatePredicates.IsMissing(services.States[index]);

    private bool IsShown(PlannedService service) => !service.IsRetired || !StatePredicates.IsOver(services.States[service.Index]);

    private ImmutableArray<string> NamesOf(ImmutableArray<int> indexes)
    {
        if (indexes.IsEmpty)
            return [];
        var names = ImmutableArray.CreateBuilder<string>(indexes.Length);
        foreach (var index in indexes)
            names.Add(services.NameOf(index));
        return names.MoveToImmutable();
    }

    public static ServiceCondition ConditionOf(ServiceState state) => state switch
    {
        ServiceState.Waiting => ServiceCondition.Waiting,
        ServiceState.Active { History.Breaker.IsHalfOpen: true, Run: RunState.Spawning or RunState.Starting or RunState.Ready } =>
            ServiceCondition.Trial,
        ServiceState.Active { Run: RunState.Spawning or RunState.Starting } => ServiceCondition.Starting,
        ServiceState.Active { Run: RunState.Ready { Watch: HealthWatch.ProbeDue { Streak.Failures: > 0 } or
            HealthWatch.ProbeLaunching { Streak.Failures: > 0 } or HealthWatch.ProbeRunning { Streak.Failures: > 0 } or
            HealthWatch.ProbeKilled } } => ServiceCondition.Failing,
        ServiceState.Active { Run: RunState.Ready } => ServiceCondition.Ready,
        ServiceState.Active => ServiceCondition.Stopping,
        ServiceState.Backoff => ServiceCondition.Backoff,
        ServiceState.Open => ServiceCondition.Open,
        ServiceState.Completed => ServiceCondition.Completed,
        ServiceState.Finished => ServiceCondition.Finished,
        ServiceState.Failed => ServiceCondition.Failed,
        ServiceState.Skipped => ServiceCondition.Skipped,
        _ => ServiceCondition.Stopped,
    };

    /// <summary>The reason of the state of a service, a clause; null if the state says all.</summary>
    public string? WhyOf(int index) => WhyOf(index, services.States[index], services.Records[index]);

    private string? WhyOf(int index, ServiceState state, in ServiceRecord record) => state switch
    {
        ServiceState.Waiting => AwaitedBy(index) is { Length: > 0 } awaited ? $"waits for {awaited}" : null,
        ServiceState.Failed(var failure) => failure.Reason,
        ServiceState.Skipped(var dependency, _) => $"needs {services.NameOf(dependency)}",
        ServiceState.Finished(var status) => status.IsSuccess ? null : status.ToString(),
        ServiceState.Stopped when record.HeldBy is { } asker => $"by {asker}",
        ServiceState.Open => record.LastExit?.ToString(),
        ServiceState.Backoff when record.Shortage is { } shortage => $"the container is short of something: {shortage}",
        ServiceState.Backoff => record.LastExit?.ToString(),
        ServiceState.Active { Run: EndingState } when record.HeldBy is { } asker => $"by {asker}",
        ServiceState.Active { Run: RunState.AwaitingStop or RunState.OthersWaiting } => "waits for its turn to be cleaned up",
        ServiceState.Active { Run: EndingState { Outcome: Outcome.Failing(var failure) } } => failure.Reason,
        ServiceState.Active when record.Doing is { } doing => doing,
        _ => null,
    };

    private string AwaitedBy(int index)
    {
        var names = new List<string>();
        foreach (var dependency in services.Plan.Services[index].DependsOn)
            if (!StatePredicates.Satisfies(services.States[dependency]))
                names.Add(services.NameOf(dependency));
        foreach (var before in services.Plan.Services[index].After)
            if (!StatePredicates.IsSettled(services.States[before]))
                names.Add(services.NameOf(before));
        return names.Count <= MostAwaited ? string.Join(", ", names)
            : $"{string.Join(", ", names.Take(MostAwaited))} and {names.Count - MostAwaited} more";
    }

    private static Instant? NextOf(ServiceState state, ServiceCondition condition) => (state, condition) switch
    {
        (ServiceState.Backoff or ServiceState.Open, _) => state.Due,
        (ServiceState.Active { Run: RunState.Starting s }, _) => s.ReadyBy,
        (ServiceState.Active { Run: RunState.Stopping s }, _) => s.KillAt,
        (ServiceState.Active { Run: RunState.OthersStopping s }, _) => s.KillAt,
        _ => null,
    };
}
