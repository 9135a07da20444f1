using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Reload;

/// <summary>
/// The consequences of another file for every service: its state from now on, and whether it is started, stopped or restarted. They are
/// worked out beside the file in force, which stays as it is: if memory runs out half-way, nothing has happened.
/// </summary>
internal sealed class ReloadDiff
{
    private readonly Instant _now;
    private readonly Jitter _jitter;

    /// <param name="before">The plan in force until now.</param>
    /// <param name="read">The file that was read.</param>
    /// <param name="states">The states of the services of <paramref name="before"/>.</param>
    /// <param name="records">The records of these services.</param>
    /// <param name="running">The settings that their processes were started with.</param>
    /// <param name="jitter">The source of the jitter.</param>
    /// <param name="now">Now.</param>
    public ReloadDiff(
        Plan before, Plan read, ServiceState[] states, ServiceRecord[] records, ServiceSettings?[] running, Jitter jitter, Instant now)
    {
        (_now, _jitter) = (now, jitter);
        Plan = Plan.Succeed(before, read, vacant: service => before.Services[service].IsRetired && StatePredicates.IsOver(states[service]));
        var count = Plan.Services.Length;
        (States, Records, Running) = (new ServiceState[count], new ServiceRecord[count], new ServiceSettings?[count]);
        Array.Copy(states, States, states.Length);
        Array.Copy(records, Records, records.Length);
        Array.Copy(running, Running, running.Length);
        foreach (var service in Plan.Services)
            Succeed(service, service.Index < before.Services.Length ? before.Services[service.Index] : null);
        foreach (var service in Plan.Services)
            if (States[service.Index] is ServiceState.Skipped skipped)
                States[service.Index] = BrokenOf(service) is { } broken
                    ? new ServiceState.Skipped(broken, StatePredicates.ExitCodeOf(States[broken]))
                    : skipped;
        Gate = new StartGate(Plan, States);
        Order = new StopOrder(Plan, States);
        Named = new NamedServices(Plan);
    }

    public Plan Plan { get; }

    public ServiceState[] States { get; }

    public ServiceRecord[] Records { get; }

    public ServiceSettings?[] Running { get; }

    public StartGate Gate { get; }

    public StopOrder Order { get; }

    public NamedServices Named { get; }

    /// <summary>The services whose process or failure belongs to the old file, and which are to start afresh.</summary>
    public List<int> Reconfigured { get; } = [];

    public List<string> Restarted { get; } = [];

    public List<string> Started { get; } = [];

    /// <summary>The services that the file does not have any more, also those that did not run.</summary>
    public List<string> Removed { get; } = [];

    private void Succeed(PlannedService service, PlannedService? old)
    {
        var index = service.Index;
        ref var state = ref States[index];
        if (service.IsRetired)
        {
            if (old is { IsRetired: false })
                Removed.Add(service.Name);
            // The startup does not wait for a service that the file does not have any more, and its result does not count.
            Records[index] = Records[index].Settled();
            if (StatePredicates.IsOver(state))
                state = new ServiceState.Stopped();
        }
        else if (old is null || old.Name != service.Name || (old.IsRetired && StatePredicates.IsOver(state)))
        {
            Started.Add(service.Name);
            (state, Records[index], Running[index]) = (new ServiceState.Waiting(), ServiceTable.FirstRecord(service, _now), null);
        }
        else if (old.IsRetired && Running[index] is { } kept && state is ServiceState.Active { Run: RunState.Starting or RunState.Ready } &&
            LaunchSignature.AreSame(kept, service.Settings))
            // The service was removed from the file and put back before its turn to stop came. It still waits for its dependents to end,
            // and these run only if the service was ready once.
            Keep(service, kept);
        else if (old.IsRetired)
        {
            // The old run still ends; the service starts when it has ended.
            Started.Add(service.Name);
            Reconfigured.Add(index);
        }
        // It is started with the new settings when an operator starts it.
        else if (Records[index].HeldBy is not null && (StatePredicates.IsOver(state) || StatePredicates.IsEnding(state)))
            Running[index] = StatePredicates.IsActive(state) ? Running[index] : null;
        else if (!LaunchSignature.AreSame(old.Settings, service.Settings))
            Restart(service);
        // The settings that bring the service back need not be those that its program is started with.
        else if (state is ServiceState.Failed && MayFare(old.Settings, service.Settings))
        {
            Started.Add(service.Name);
            Reconfigured.Add(index);
        }
        else if (StatePredicates.IsActive(state) && Running[index] is { } running)
        {
            if (LaunchSignature.AreSame(running, service.Settings))
                Keep(service, running);
            // The service should have been ending since the file before this one; the event that was to stop it was lost.
            else if (state is ServiceState.Active { Run: RunState.Spawning or RunState.Starting or RunState.Ready })
                Restart(service);
        }
        else
            state = DeadlineRearming.Under(state, old.Settings, service.Settings, _jitter.Roll(), _now);
    }

    private void Restart(PlannedService service)
    {
        Restarted.Add(service.Name);
        Reconfigured.Add(service.Index);
    }

    private void Keep(PlannedService service, ServiceSettings running)
    {
        States[service.Index] = DeadlineRearming.Under(States[service.Index], running, service.Settings, _jitter.Roll(), _now);
        Running[service.Index] = service.Settings;
    }

    private int? BrokenOf(PlannedService service)
    {
        foreach (var dependency in service.DependsOn)
            if (StatePredicates.IsBroken(States[dependency]) && Records[dependency].HeldBy is null)
                return dependency;
        return null;
    }

    /// <summary>Whether a service that failed for good may succeed under the new settings.</summary>
    private static bool MayFare(ServiceSettings before, ServiceSettings after) =>
        after.EnvironmentFile is not null || !AreJudgedAlike(before, after);

    /// <summary>Whether both settings make the same of a start and of its end.</summary>
    private static bool AreJudgedAlike(ServiceSettings before, ServiceSettings after) =>
        before.Restart == after.Restart && before.Probe == after.Probe && before.StartTimeout == after.StartTimeout &&
        before.SuccessExitCodes.AsSpan().SequenceEqual(after.SuccessExitCodes.AsSpan());
}
