using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Supervision.ServiceState;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// One service from its first start to its last process.
/// <code>
///   Waiting ──start──▶ Launching ──spawned──▶ Starting ──ready──▶ Ready
///      │                  │  ▲                    │                 │
///      │skip          failed  └──until──┐     late│stop         stop│
///      ▼                  │             │         ▼                 ▼
///   Skipped               │          Backoff   Stopping ──late──▶ Killing
///                         │             ▲         └───────┬─────────┘ exited
///                         │             │                 ▼
///                         ▼             │  OthersStopping ──late──▶ OthersKilling     (only while others of its run live)
///                     (outcome) ────────┴───────┬─────────────┘
///                                               ▼
///                         Stopped · Completed · Finished · Failed
/// </code>
/// Where a failure opens the circuit breaker, Open takes the place of Backoff. Before Stopping there is AwaitingStop, before OthersStopping
/// OthersWaiting: there a run waits for its turn in the cleanup queue.
/// Stop and Kill are possible at any time; a service with no process is then Stopped at once. What a run's end means is
/// decided when it ends (an <see cref="Outcome"/>) and takes effect when nothing of the run is left.
/// Impossible pairs throw: the loop reports them as a bug and leaves the state alone.
/// </summary>
public static class ServiceMachine
{
    /// <summary>An answer of the kernel takes milliseconds; one that has not come by then was lost for want of memory.</summary>
    internal static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    public static ServiceStep Step(in ServiceContext service, ServiceState state, ServiceEvent happened, Instant now) =>
        happened switch
        {
            ServiceEvent.Start => Start(service, state, now),
            ServiceEvent.Skip(var dependency, var code) when state is Waiting => new Skipped(dependency, code),
            ServiceEvent.Postpone => state switch
            {
                Backoff s => new Waiting(s.History),
                Open s => new Waiting(s.History),
                _ => Impossible(state, happened),
            },
            ServiceEvent.Resume when state is Skipped => new Waiting(),
            ServiceEvent.Stop => Stop(service, state, new Outcome.AsAsked(), now),
            ServiceEvent.Reconfigure => Reconfigure(service, state, now),
            ServiceEvent.Turn => CleanupSteps.Turn(service, state, now),
            ServiceEvent.Restart(var dependency) => Restart(service, state, dependency, now),
            ServiceEvent.Kill => CleanupSteps.Kill(service, state, now),
            ServiceEvent.GiveUp(var reason) => GiveUp(service, state, reason, now),
            ServiceEvent.Spawned(var pid) => Spawned(service, state, pid, now),
            ServiceEvent.SpawnFailed(var reason, _, true) when state is Launching s =>
                RestartDecision.Of(service, new Outcome.Deferred(reason), s.History, now),
            ServiceEvent.SpawnFailed(var reason, var code, _) =>
            SpawnFailed(service, state, new Failure(reason, ExitStatus.Exited(code)), now),
            ServiceEvent.Executed => ReadinessSteps.Executed(service, state, now),
            ServiceEvent.Notified => ReadinessSteps.Notified(service, state, now),
            ServiceEvent.Said(var message) => NotificationSteps.Said(service, state, message, now),
            ServiceEvent.ProbeSpawned(var pid) => ReadinessSteps.ProbeSpawned(service, state, pid, now),
            ServiceEvent.ProbeEnded(var failure) => ReadinessSteps.ProbeEnded(service, state, failure, now),
            ServiceEvent.ProbeNotStarted =>
                state is Ready { Watch: HealthWatch.ProbeLaunching or HealthWatch.ProbeRunning or HealthWatch.ProbeKilled } s
                ? HealthSteps.ProbeNotStarted(service, s, now)
                : ReadinessSteps.ProbeEnded(service, state, ProbeFailure.NotStarted, now),
            ServiceEvent.StopCommandSpawned(var pid) => StopSteps.CommandSpawned(service, state, pid, now),
            ServiceEvent.StopCommandEnded(var status) => StopSteps.CommandEnded(service, state, status),
            ServiceEvent.MainNamed(var pid) => ForkingSteps.Named(service, state, pid, now),
            ServiceEvent.MainChanged(var pid) => ForkingSteps.MainChanged(service, state, pid, now),
            ServiceEvent.Exited exited => CleanupSteps.Exited(service, state, exited, now),
            ServiceEvent.RunEmpty => state switch
            {
                OthersWaiting or OthersStopping or OthersKilling when state is EndingState s =>
                    RestartDecision.Of(service, s.Outcome, s.History, now),
                Starting { IsForked: true } s => ForkingSteps.Ended(service, s, now),
                _ => Impossible(state, happened),
            },
            ServiceEvent.OverLimit(var reason) => OverLimit(service, state, reason, now),
            ServiceEvent.DeadlinePassed => DeadlinePassed(service, state, now),
            _ => Impossible(state, happened),
        };

    internal static ServiceStep Impossible(ServiceState state, object happened) =>
        throw new InvalidOperationException($"bug: {happened} in state {state}");

    private static ServiceStep Start(in ServiceContext service, ServiceState state, Instant now) => state switch
    {
        Waiting s => Launch(service, s.History, now),
        _ => Impossible(state, "Start"),
    };

    private static ServiceStep Launch(in ServiceContext service, History history, Instant now) =>
        new(new Launching(service.NextRun, history) { LookAt = now + AnswerPatience },
            [new Effect.Spawn(service.NextRun, service.Settings)]);

    private static ServiceStep Spawned(in ServiceContext service, ServiceState state, int pid, Instant now)
    {
        switch (state)
        {
            case Launching s:
                var run = new Run(s.RunNumber, pid, now);
                return new(new Starting(run, s.History, now + service.Settings.StartTimeout, new Readiness.AwaitingExec()),
                    [Report(new Notice.Started(service.Name, pid))]);
            case CancelledLaunch s:
                // It never got to run a line of its own, so there is nothing to ask it politely.
                var cancelled = new Run(s.RunNumber, pid, now);
                return CleanupSteps.KillAll(service, cancelled, default, s.Outcome, now, [Report(new Notice.Started(service.Name, pid))]);
            default:
                return Impossible(state, "Spawned");
        }
    }

    private static ServiceStep SpawnFailed(in ServiceContext service, ServiceState state, Failure failure, Instant now) => state switch
    {
        Launching s =>
            RestartDecision.Of(service, new Outcome.Failing(failure), s.History with { StartFailures = s.History.StartFailures + 1 }, now),
        CancelledLaunch s => RestartDecision.Of(service, s.Outcome, new History(), now),
        _ => Impossible(state, "SpawnFailed"),
    };

    /// <summary>Asks it to end. What has no process is done at once.</summary>
    internal static ServiceStep Stop(in ServiceContext service, ServiceState state, Outcome outcome, Instant now)
    {
        switch (state)
        {
            case Waiting or Backoff or Open:
                return RestartDecision.Of(service, outcome, new History(), now);
            case Launching s:
                return new CancelledLaunch(s.RunNumber, outcome) { LookAt = s.LookAt };
            case CancelledLaunch s:
                return s with { Outcome = outcome };
            case Starting s:
                return CleanupSteps.Begin(service, s, s.Run, s.History, outcome, now);
            case Ready s:
                return CleanupSteps.Begin(service, s, s.Run, s.History, outcome, now);
            // In a shutdown nobody waits for a turn.
            case EndingState s when service.IsEnding && StatePredicates.IsQueued(s):
                return CleanupSteps.Turn(service, s with { Outcome = outcome }, now);
            // Already on its way out, for a restart perhaps: only the meaning changes, never the deadline.
            case EndingState s:
                return s with { Outcome = outcome };
            default:
                return state;
        }
    }

    private static ServiceStep GiveUp(in ServiceContext service, ServiceState state, string reason, Instant now) => state switch
    {
        // It has succeeded; only what it left behind has not ended yet.
        OthersWaiting or OthersStopping or OthersKilling
            when service.Settings.Type == ServiceType.Oneshot && state is EndingState { Outcome: Outcome.Success } => state,
        Waiting or Launching or CancelledLaunch or Starting or Backoff or Open or EndingState =>
            Stop(service, state, new Outcome.GivenUp(new Failure(reason, null)), now),
        _ => state,
    };

    /// <summary>What runs, or is about to, is ended; what has ended for a reason of its own, or is about to, is left to that.</summary>
    private static ServiceStep Restart(in ServiceContext service, ServiceState state, string dependency, Instant now)
    {
        if (state is not (Launching or Starting or Ready))
            return state;
        var end = Stop(service, state is Ready ready ? RestartDecision.Rested(service, ready, now) : state, new Outcome.Anew(), now);
        return end with { Effects = [Report(new Notice.RestartingWith(service.Name, dependency)), .. end.Effects] };
    }

    /// <summary>Whatever it was doing is of the file before; it starts afresh when nothing of that is left.</summary>
    private static ServiceStep Reconfigure(in ServiceContext service, ServiceState state, Instant now)
    {
        var anew = new Outcome.Anew();
        return state switch
        {
            Waiting or Backoff or Open or Completed or Finished or Failed or Skipped or Stopped => new Waiting(),
            Starting s => Stop(service, s with { History = default }, anew, now),
            Ready s => Stop(service, s with { History = default }, anew, now),
            _ => Stop(service, state is EndingState s ? s with { History = default } : state, anew, now),
        };
    }

    /// <summary>Where the kernel would kill, we ask first; what is on its way out already is left to its deadline.</summary>
    private static ServiceStep OverLimit(in ServiceContext service, ServiceState state, string reason, Instant now) => state switch
    {
        Starting { IsForked: true } s => CleanupSteps.Begin(
            service, s, s.Run, s.History with { StartFailures = s.History.StartFailures + 1 },
            new Outcome.Failing(new Failure(reason, null)), now, isUrgent: true),
        // It waits for no turn: the kernel would not wait either, and what it holds is missing for others.
        Starting s => NoLater(StopSteps.Ask(service, s.Run, s.History with { StartFailures = s.History.StartFailures + 1 },
            new Outcome.Failing(new Failure(reason, null)), now, ReadinessSteps.EndProbe(service, s))),
        Ready s => NoLater(StopSteps.Ask(service, s.Run, RestartDecision.Rested(service, s, now).History,
            new Outcome.Failing(new Failure(reason, null)), now, ReadinessSteps.EndProbe(service, s))),
        Stopping s => NoLater(s with { KillAt = Instant.Earlier(s.KillAt, now + service.Settings.StopTimeout) }),
        EndingState => state,
        _ => Impossible(state, "OverLimit"),
    };

    /// <summary>What it holds is missing for others: it cannot ask for more time.</summary>
    private static ServiceStep NoLater(ServiceStep step) =>
        step.State is Stopping s ? step with { State = s with { LastKillAt = s.KillAt } } : step;

    private static ServiceStep DeadlinePassed(in ServiceContext service, ServiceState state, Instant now)
    {
        switch (state)
        {
            case Starting s when now >= s.ReadyBy:
                var what = service.Settings.Type == ServiceType.Oneshot ? "finished" : "ready";
                var within = $"within {Duration.Format(service.Settings.StartTimeout)}";
                var late = new Failure($"not {what} {within}{ReadinessSteps.LastProbe(service, s)}", null);
                var history = s.History with { StartFailures = s.History.StartFailures + 1 };
                return Stop(service, s with { History = history }, new Outcome.Failing(late), now);
            case Starting s:
                return ReadinessSteps.DeadlinePassed(service, s, now);
            case Ready s when now >= s.ClosesAt:
                return new(s with { History = default, ClosesAt = Instant.Never }, [Report(new Notice.CircuitClosed(service.Name))]);
            case Ready s when now >= s.Ending.Until:
                return NotificationSteps.EndingPassed(service, s, now);
            case Ready s when now >= s.WatchdogBy && service.IsEnding:
                return s with { WatchdogBy = Instant.Never };
            case Ready s when now >= s.WatchdogBy:
                return NotificationSteps.WatchdogPassed(service, s, now);
            case Ready s:
                return HealthSteps.DeadlinePassed(service, s, now);
            case Launching s:
                return new(s with { LookAt = now + AnswerPatience }, [LookFor(s)]);
            case CancelledLaunch s:
                return new(s with { LookAt = now + AnswerPatience }, [LookFor(s)]);
            case AwaitingStop s:
                return new(s with { LookAt = now + CleanupSteps.TurnPatience }, [LookFor(s)]);
            case OthersWaiting s:
                return new(s with { LookAt = now + CleanupSteps.TurnPatience }, [LookFor(s)]);
            case Stopping or Killing or OthersStopping or OthersKilling:
                return CleanupSteps.DeadlinePassed(service, state, now);
            case Backoff s:
                return Launch(service, s.History, now);
            case Open s:
                var trial = Launch(service, s.History, now);
                return trial with { Effects = [Report(new Notice.CircuitTrial(service.Name)), .. trial.Effects] };
            default:
                return Impossible(state, "DeadlinePassed");
        }
    }

    internal static Effect Report(Notice notice) => new Effect.Report(notice);

    /// <summary>Asks what there is of the run that the state is about.</summary>
    internal static Effect LookFor(ServiceState state) =>
        new Effect.Sweep([RunBelief.Of(state)!.Value], [], [], Strangers: false);
}
