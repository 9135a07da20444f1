using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
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

    /// <summary>A run whose main process was started by another process, which is its parent.</summary>
    public static Ready Adopt(long number, ProcessKey main, Instant now) =>
        new(new Run(number, main.Pid, now) { ForeignStart = main.StartTime }, new HealthWatch.None());

    public static RunStep Step(in RunContext context, RunState state, RunEvent happened, Instant now) => happened switch
    {
        _ when state is Over => Impossible(state, happened),
        RunEvent.Stop(var outcome) => StopSteps.Stop(context, state, outcome, now),
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
        RunEvent.Exited exited => Exited(context, state, exited, now),
        // Of a child, the end without a status cannot be.
        RunEvent.MainEnded ended when RunPredicates.HasForeignMain(state) =>
            Exited(context, state, new RunEvent.Exited(ExitStatus.Unknown, null, ended.OthersLeft, ended.Oom), now),
        RunEvent.RunEmpty => state switch
        {
            OthersWaiting or OthersStopping or OthersKilling when state is EndingState s => new Over(s.Number, s.Outcome),
            Starting { IsForked: true } s => ForkingSteps.Ended(context, s),
            _ => Impossible(state, happened),
        },
        RunEvent.OverLimit(var reason) => StopSteps.OverLimit(context, state, reason, now),
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

    /// <summary>The main process was collected. Without another process the run is over; otherwise the others are ended first.</summary>
    private static RunStep Exited(in RunContext context, RunState state, RunEvent.Exited exited, Instant now)
    {
        var (run, outcome) = state switch
        {
            Starting { IsForked: false } s => (s.Run, OutcomeOf(context, s, exited)),
            Ready s => (s.Run, OutcomeOf(context, exited)),
            AwaitingStop or Stopping or Killing when state is EndingState s => (s.Run, s.Outcome),
            _ => throw new InvalidOperationException($"bug: {exited} in state {state}"),
        };
        if (state is Starting starting && ForkingSteps.IsFork(starting, outcome, exited))
            return ForkingSteps.Forked(context, starting, now);
        var lifetime = now - run.StartedAt;
        var told = Report(
            exited.Oom is { } oom
            ? Notices.ServiceExitedOutOfMemory.Of(context.Name, lifetime, exited.Status, oom.Limit, run.Pid)
            : Notices.ServiceExited.Of(context.Name, lifetime, exited.Status, run.Pid));
        Effect[] effects = [told, .. ReadinessSteps.EndProbe(context, state), .. StopSteps.EndCommand(context, state)];
        return exited.OthersLeft
            ? CleanupSteps.OthersLeft(context, state, run, outcome, exited, now, effects)
            : new(new Over(run.Number, outcome), [.. effects]);
    }

    /// <summary>The outcome of a run that ended before it was ready.</summary>
    private static Outcome OutcomeOf(in RunContext context, Starting state, RunEvent.Exited exited)
    {
        if (exited is { Problem: { } shortage, IsShortage: true })
            return new Outcome.Deferred(shortage);
        if (exited.Problem is { } problem)
            return new Outcome.Failing(new Failure(problem, exited.Status));
        if (!IsSuccess(context.Settings, exited.Status))
            return new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });
        // Before the program is executed, an exit code of 0 would only mean that the second stage reported nothing; it cannot happen.
        if (state.Readiness is Readiness.AwaitingFork)
            return exited.OthersLeft
                ? new Outcome.Success(exited.Status)
                : new Outcome.Failing(
                    new Failure($"{exited.Status}, and no process of it was found in the background; where it stays in the foreground, " +
                        "remove type = \"forking\"", exited.Status));
        return context.Settings.Type == ServiceType.Oneshot || state.Readiness is Readiness.AwaitingExec
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure($"{exited.Status} before it was ready", exited.Status));
    }

    /// <summary>The outcome of a run that was ready.</summary>
    private static Outcome OutcomeOf(in RunContext context, RunEvent.Exited exited) =>
        IsSuccess(context.Settings, exited.Status)
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });

    private static bool IsSuccess(ServiceSettings settings, ExitStatus status) =>
        status.IsSuccess || (status.Code is { } code && settings.SuccessExitCodes.Contains(code));

    private static RunStep DeadlinePassed(in RunContext context, RunState state, Instant now)
    {
        switch (state)
        {
            case Starting s when now >= s.ReadyBy:
                var expected = context.Settings.Type == ServiceType.Oneshot ? "finished" : "ready";
                var within = $"within {Duration.Format(context.Settings.StartTimeout)}";
                var late = new Failure($"not {expected} {within}{ReadinessSteps.LastProbe(context, s)}", null);
                return StopSteps.Stop(context, s, new Outcome.Failing(late), now);
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
