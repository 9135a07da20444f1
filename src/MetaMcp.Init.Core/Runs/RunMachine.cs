using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// One run from the request for a process to the end of its last process. It knows neither its owner nor what follows its end.
/// <code>
///   Spawning ──spawned───▶ Starting ──ready──▶ Ready
///       │ stop                 │                 │
///       ▼                      └──stop · late · unhealthy · over a limit
///   CancelledSpawn                      ▼
///       │ spawned              AwaitingStop ──turn──▶ Stopping ──late──▶ Killing
///       └──────────────────────────────────────────────────────────────────▲
///                                       │ main process exited
///                                       ▼
///                              OthersWaiting ──turn──▶ OthersStopping ──late──▶ OthersKilling   (while others of the run live)
///                                       │ nothing left
///                                       ▼
///                                     Over
/// </code>
/// The meaning of the end (an <see cref="Outcome"/>) is decided when the main process ends, or when the run is asked to end. The owner of
/// the run is told of it when none of its processes is left. Impossible pairs throw: the loop reports them as a bug and leaves the state
/// alone.
/// </summary>
public static class RunMachine
{
    /// <summary>The kernel answers within milliseconds. An answer that has not come by then was lost, because memory had run out.</summary>
    internal static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <summary>A new run.</summary>
    public static RunStep Begin(in RunContext context, Instant now) =>
        new(new Spawning(context.NextRun) { LookAt = now + AnswerPatience }, [new Effect.Spawn(context.NextRun, context.Settings)]);

    public static RunStep Step(in RunContext context, RunState state, RunEvent happened, Instant now) => happened switch
    {
        _ when state is Over => Impossible(state, happened),
        RunEvent.Stop(var outcome) => Stop(context, state, outcome, now),
        RunEvent.Turn => CleanupSteps.Turn(context, state, now),
        RunEvent.Kill => CleanupSteps.Kill(context, state, now),
        RunEvent.Spawned(var pid) => Spawned(context, state, pid, now),
        RunEvent.SpawnFailed failed => SpawnFailed(state, failed),
        RunEvent.Executed => ReadinessSteps.Executed(context, state, now),
        RunEvent.Notified => ReadinessSteps.Notified(context, state, now),
        RunEvent.Said(var message) => NotificationSteps.Said(context, state, message, now),
        RunEvent.ProbeSpawned(var pid) => ReadinessSteps.ProbeSpawned(context, state, pid, now),
        RunEvent.ProbeEnded(var failure) => ReadinessSteps.ProbeEnded(context, state, failure, now),
        RunEvent.ProbeNotStarted when state is Ready { Watch: not (HealthWatch.None or HealthWatch.ProbeDue) } s =>
            HealthSteps.ProbeNotStarted(context, s, now),
        RunEvent.ProbeNotStarted => ReadinessSteps.ProbeEnded(context, state, ProbeFailure.NotStarted, now),
        RunEvent.StopCommandSpawned(var pid) => StopSteps.CommandSpawned(context, state, pid, now),
        RunEvent.StopCommandEnded(var status) => StopSteps.CommandEnded(context, state, status),
        RunEvent.MainNamed(var pid) => ForkingSteps.Named(context, state, pid, now),
        RunEvent.MainChanged main => ForkingSteps.MainChanged(context, state, main, now),
        RunEvent.Exited exited => CleanupSteps.Exited(context, state, exited, now),
        // Of a child, the end without a status cannot be.
        RunEvent.MainEnded ended when RunPredicates.HasForeignMain(state) =>
            CleanupSteps.Exited(context, state, new RunEvent.Exited(ExitStatus.Unknown, null, ended.OthersLeft, ended.Oom), now),
        RunEvent.RunEmpty => state switch
        {
            OthersWaiting or OthersStopping or OthersKilling when state is EndingState s => new Over(s.Number, s.Outcome),
            Starting { IsForked: true } s => ForkingSteps.Ended(context, s),
            _ => Impossible(state, happened),
        },
        RunEvent.OverLimit(var reason) => OverLimit(context, state, reason, now),
        RunEvent.DeadlinePassed => DeadlinePassed(context, state, now),
        _ => Impossible(state, happened),
    };

    internal static RunStep Impossible(RunState state, object happened) =>
        throw new InvalidOperationException($"bug: {happened} in state {state}");

    private static RunStep Spawned(in RunContext context, RunState state, int pid, Instant now)
    {
        switch (state)
        {
            case Spawning s:
                var run = new Run(s.Number, pid, now);
                return new(new Starting(run, now + context.Settings.StartTimeout, new Readiness.AwaitingExec()),
                    [Report(Notices.ServiceStarted.Of(context.Name, pid))]);
            case CancelledSpawn s:
                // The process has not executed the service's program yet, so no stop signal is needed: it is killed.
                var cancelled = new Run(s.Number, pid, now);
                return CleanupSteps.KillAll(context, cancelled, s.Outcome, now, [Report(Notices.ServiceStarted.Of(context.Name, pid))]);
            default:
                return Impossible(state, "Spawned");
        }
    }

    private static RunStep SpawnFailed(RunState state, RunEvent.SpawnFailed failed) => state switch
    {
        Spawning s when failed.IsShortage => new Over(s.Number, new Outcome.Deferred(failed.Reason)),
        Spawning s =>
            new Over(s.Number, new Outcome.Failing(new Failure(failed.Reason, ExitStatus.Exited(failed.ExitCode)))),
        CancelledSpawn s => new Over(s.Number, s.Outcome),
        _ => Impossible(state, "SpawnFailed"),
    };

    /// <summary>Asks the run to end.</summary>
    internal static RunStep Stop(in RunContext context, RunState state, Outcome outcome, Instant now)
    {
        switch (state)
        {
            case Spawning s:
                return new CancelledSpawn(s.Number, outcome) { LookAt = s.LookAt };
            case CancelledSpawn s:
                return s with { Outcome = outcome };
            case Starting s:
                return CleanupSteps.Begin(context, s, s.Run, outcome, now);
            case Ready s:
                return CleanupSteps.Begin(context, s, s.Run, outcome, now);
            // In a shutdown no run waits for a turn.
            case EndingState s when context.IsEnding && (s is AwaitingStop or OthersWaiting):
                return CleanupSteps.Turn(context, s with { Outcome = outcome }, now);
            // The run ends already, for a restart perhaps: only the meaning of its end changes, never the deadline.
            case EndingState s:
                return s with { Outcome = outcome };
            default:
                return state;
        }
    }

    /// <summary>Where the kernel would kill, we ask first. A run that ends already keeps its deadline.</summary>
    private static RunStep OverLimit(in RunContext context, RunState state, string reason, Instant now)
    {
        var outcome = new Outcome.Failing(new Failure(reason, null));
        return state switch
        {
            Starting { IsForked: true } s => CleanupSteps.Begin(context, s, s.Run, outcome, now, isUrgent: true),
            // The run waits for no turn: the kernel would not wait either, and other services lack the memory that it holds.
            Starting s => NoLater(StopSteps.Ask(context, s.Run, outcome, now, ReadinessSteps.EndProbe(context, s))),
            Ready s => NoLater(StopSteps.Ask(context, s.Run, outcome, now, ReadinessSteps.EndProbe(context, s))),
            Stopping s => NoLater(s with { KillAt = Instant.Earlier(s.KillAt, now + context.Settings.StopTimeout) }),
            EndingState => state,
            _ => Impossible(state, "OverLimit"),
        };
    }

    /// <summary>Other services lack the memory that the run holds, so the service cannot ask for more time.</summary>
    private static RunStep NoLater(RunStep step) =>
        step.State is Stopping s ? step with { State = s with { LastKillAt = s.KillAt } } : step;

    private static RunStep DeadlinePassed(in RunContext context, RunState state, Instant now)
    {
        switch (state)
        {
            case Starting s when now >= s.ReadyBy:
                var expected = context.Settings.Type == ServiceType.Oneshot ? "finished" : "ready";
                var within = $"within {Duration.Format(context.Settings.StartTimeout)}";
                var late = new Failure($"not {expected} {within}{ReadinessSteps.LastProbe(context, s)}", null);
                return Stop(context, s, new Outcome.Failing(late), now);
            case Starting s:
                return ReadinessSteps.DeadlinePassed(context, s, now);
            case Ready s when now >= s.Ending.Until:
                return NotificationSteps.EndingPassed(context, s, now);
            case Ready s when now >= s.WatchdogBy && context.IsEnding:
                return s with { WatchdogBy = Instant.Never };
            case Ready s when now >= s.WatchdogBy:
                return NotificationSteps.WatchdogPassed(context, s, now);
            case Ready s:
                return HealthSteps.DeadlinePassed(context, s, now);
            case Spawning s:
                return new(s with { LookAt = now + AnswerPatience }, [LookFor(s)]);
            case CancelledSpawn s:
                return new(s with { LookAt = now + AnswerPatience }, [LookFor(s)]);
            case AwaitingStop s:
                return new(s with { LookAt = now + CleanupSteps.TurnPatience }, [LookFor(s)]);
            case OthersWaiting s:
                return new(s with { LookAt = now + CleanupSteps.TurnPatience }, [LookFor(s)]);
            default:
                return CleanupSteps.DeadlinePassed(context, state, now);
        }
    }

    internal static Effect Report(Notice notice) => new Effect.Report(notice);

    /// <summary>Requests a comparison of this run with the kernel.</summary>
    internal static Effect LookFor(RunState state) => new Effect.Sweep([RunBeliefs.Of(state)!.Value], [], [], Strangers: false);
}
