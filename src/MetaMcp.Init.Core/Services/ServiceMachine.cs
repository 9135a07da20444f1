using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// One service from its first start to its last run.
/// <code>
///   Waiting ──start──▶ Active ──────────────────┬──▶ Stopped · Completed · Finished · Failed
///      │                 ▲   the run is over    │
///      │skip             │                      ▼
///      ▼                 └──────until────── Backoff · Open
///   Skipped
/// </code>
/// While there is a run, its own machine (<see cref="RunMachine"/>) decides, and the service follows (<see cref="Follow"/>); when the run
/// is over, the <see cref="RestartDecision"/> goes by its outcome. Stop and Kill are possible at any time; a service that has no run is
/// then Stopped at once. Impossible pairs throw: the loop reports them as a bug and leaves the state alone.
/// </summary>
public static class ServiceMachine
{
    public static ServiceStep Step(in ServiceContext service, ServiceState state, ServiceEvent happened, Instant now) => happened switch
    {
        ServiceEvent.Start when state is Waiting s => Launch(service, s.History, now),
        ServiceEvent.Skip(var dependency, var code) when state is Waiting => new Skipped(dependency, code),
        ServiceEvent.Postpone when state is Backoff s => Postpone(service, s.History),
        ServiceEvent.Postpone when state is Open s => Postpone(service, s.History),
        ServiceEvent.Resume when state is Skipped => new Waiting(),
        // It does not come back with its dependency any more.
        ServiceEvent.Stop when state is Skipped => RestartDecision.Of(service, new Outcome.AsAsked(), default, now),
        ServiceEvent.Stop => End(service, state, new Outcome.AsAsked(), now),
        ServiceEvent.Kill when state is Active s => Forward(service, s, new RunEvent.Kill(), now),
        ServiceEvent.Kill => End(service, state, new Outcome.AsAsked(), now),
        ServiceEvent.Reconfigure => Reconfigure(service, state, now),
        ServiceEvent.Restart(var dependency) => Restart(service, state, dependency, now),
        ServiceEvent.GiveUp(var reason) => GiveUp(service, state, reason, now),
        ServiceEvent.DeadlinePassed => DeadlinePassed(service, state, now),
        _ => Impossible(state, happened),
    };

    private static ServiceStep Impossible(ServiceState state, object happened) =>
        throw new InvalidOperationException($"bug: {happened} in state {state}");

    private static ServiceStep Launch(in ServiceContext service, History history, Instant now)
    {
        var begun = RunMachine.Begin(service.Run, now);
        return new(new Active(begun.State, history), begun.Effects);
    }

    private static ServiceStep Postpone(in ServiceContext service, History history) => new(
        new Waiting(history),
        service.Awaited.IsEmpty ? [] : [RunMachine.Report(Notices.ServiceWaiting.Of(service.Name, service.Awaited))]);

    /// <summary>The service asks its run to take a step, and follows it.</summary>
    private static ServiceStep Forward(in ServiceContext service, Active state, RunEvent happened, Instant now) =>
        Follow(service, state, RunMachine.Step(service.Run, state.Run, happened, now), now);

    /// <summary>The run has taken a step. If that was its last, the next state of the service is decided in the same step.</summary>
    public static ServiceStep Follow(in ServiceContext service, Active state, in RunStep step, Instant now)
    {
        if (ReferenceEquals(step.State, state.Run))
            return new(state, step.Effects);
        var history = Counted(service, state, step.State, now);
        if (step.State is RunState.Over(_, var outcome))
        {
            var next = RestartDecision.Of(service, outcome, history, now);
            return next with { Effects = [.. step.Effects, .. next.Effects] };
        }
        return new(new Active(step.State, history) { ClosesAt = ClosesAt(service, state, step.State, history) }, step.Effects);
    }

    /// <summary>The history of the service after a step of its run.</summary>
    private static History Counted(in ServiceContext service, Active before, RunState after, Instant now) => (before.Run, after) switch
    {
        // The program was executed, so the container had room for it.
        (RunState.Starting { Readiness: Readiness.AwaitingExec },
            RunState.Starting { Readiness: not Readiness.AwaitingExec } or RunState.Ready) => before.History with { Shortages = 0 },
        // A run that lasted long enough clears the history. It is measured when it is asked to end, since the time that the ending takes
        // is not time in which it ran well.
        (RunState.Ready ready, not RunState.Ready)
            when now - ready.Run.StartedAt >= service.Settings.Restart.Backoff.ResetAfter => default,
        (RunState.Spawning or RunState.Starting, EndingState { Outcome: Outcome.Failing } or RunState.Over { Outcome: Outcome.Failing }) =>
            before.History with { StartFailures = before.History.StartFailures + 1 },
        (RunState.Spawning, RunState.CancelledSpawn) => default,
        _ => before.History,
    };

    private static Instant ClosesAt(in ServiceContext service, Active before, RunState after, History history) => after switch
    {
        RunState.Ready when before.Run is RunState.Ready => before.ClosesAt,
        RunState.Ready ready when history.Breaker.IsHalfOpen => ready.Run.StartedAt + service.Settings.Restart.Backoff.ResetAfter,
        _ => Instant.Never,
    };

    /// <summary>A service that has no run is stopped at once.</summary>
    private static ServiceStep End(in ServiceContext service, ServiceState state, Outcome outcome, Instant now) => state switch
    {
        Active s => Forward(service, s, new RunEvent.Stop(outcome), now),
        Waiting or Backoff or Open => RestartDecision.Of(service, outcome, default, now),
        _ => state,
    };

    private static ServiceStep GiveUp(in ServiceContext service, ServiceState state, string reason, Instant now) => state switch
    {
        Active { Run: RunState.Ready } => state,
        // The service has succeeded; only processes that it left behind still run.
        Active { Run: EndingState { Outcome: Outcome.Success } run }
            when service.Settings.Type == ServiceType.Oneshot && RunPredicates.MainOf(run) is null => state,
        _ => End(service, state, new Outcome.GivenUp(new Failure(reason, null)), now),
    };

    /// <summary>A service that runs, or is about to run, is ended. A service that ends for a reason of its own is left to that.</summary>
    private static ServiceStep Restart(in ServiceContext service, ServiceState state, string dependency, Instant now)
    {
        if (state is not Active { Run: RunState.Spawning or RunState.Starting or RunState.Ready } active)
            return state;
        var end = Forward(service, active, new RunEvent.Stop(new Outcome.Anew()), now);
        return end with { Effects = [RunMachine.Report(Notices.RestartingWith.Of(service.Name, dependency)), .. end.Effects] };
    }

    /// <summary>The current run belongs to the old file; the service starts afresh when none of that run's processes is left.</summary>
    private static ServiceStep Reconfigure(in ServiceContext service, ServiceState state, Instant now) => state is Active s
        ? Forward(service, s with { History = default, ClosesAt = Instant.Never }, new RunEvent.Stop(new Outcome.Anew()), now)
        : new Waiting();

    private static ServiceStep DeadlinePassed(in ServiceContext service, ServiceState state, Instant now)
    {
        switch (state)
        {
            case Active s when now >= s.ClosesAt:
                return new(s with { History = default, ClosesAt = Instant.Never },
                    [RunMachine.Report(Notices.CircuitClosed.Of(service.Name))]);
            case Active s:
                return Forward(service, s, new RunEvent.DeadlinePassed(), now);
            case Backoff s:
                return Launch(service, s.History, now);
            case Open s:
                var trial = Launch(service, s.History, now);
                return trial with { Effects = [RunMachine.Report(Notices.CircuitTrial.Of(service.Name)), .. trial.Effects] };
            default:
                return Impossible(state, "DeadlinePassed");
        }
    }
}
