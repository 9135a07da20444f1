using System.Numerics;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Supervision.ServiceState;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>What the end of a run means, by the restart policy, the exit code and the phase.</summary>
internal static class RestartDecision
{
    private static readonly TimeSpan FirstDeferral = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDeferral = TimeSpan.FromSeconds(5);

    /// <summary>Of a run that ended before it was ready.</summary>
    public static Outcome OutcomeOf(in ServiceContext service, Starting state, ServiceEvent.Exited exited)
    {
        if (exited is { Problem: { } shortage, IsShortage: true })
            return new Outcome.Deferred(shortage);
        if (exited.Problem is { } problem)
            return new Outcome.Failing(new Failure(problem, exited.Status));
        if (!IsSuccess(service.Settings, exited.Status))
            return new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });
        // Before its program was executed, success is no more than the second stage saying nothing; it cannot happen.
        if (state.Readiness is Readiness.AwaitingFork)
            return exited.OthersLeft
                ? new Outcome.Success(exited.Status)
                : new Outcome.Failing(
                    new Failure($"{exited.Status}, and no process of it was found in the background; where it stays in the foreground, " +
                        "remove type = \"forking\"", exited.Status));
        return service.Settings.Type == ServiceType.Oneshot || state.Readiness is Readiness.AwaitingExec
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure($"{exited.Status} before it was ready", exited.Status));
    }

    /// <summary>Of a run that was ready.</summary>
    public static Outcome OutcomeOf(in ServiceContext service, ServiceEvent.Exited exited) =>
        IsSuccess(service.Settings, exited.Status)
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });

    /// <summary>The history with this end counted, and whether the run was long enough to clear it.</summary>
    public static (History Counted, bool Reset) Count(
        in ServiceContext service, History history, ServiceState state, Outcome outcome, TimeSpan ran)
    {
        if (state is Ready && ran >= service.Settings.Restart.Backoff.ResetAfter)
            return (history, true);
        var failedToStart = state is Starting && outcome is Outcome.Failing;
        return (failedToStart ? history with { StartFailures = history.StartFailures + 1 } : history, false);
    }

    /// <summary>
    /// For a run that is about to be ended: its history is cleared now where it ran long, since the time it takes to end is not time
    /// it ran well.
    /// </summary>
    public static Ready Rested(in ServiceContext service, Ready state, Instant now) =>
        now - state.Run.StartedAt >= service.Settings.Restart.Backoff.ResetAfter ? state with { History = default } : state;

    /// <summary>The state once nothing of the run is left.</summary>
    public static ServiceStep Of(in ServiceContext service, Outcome outcome, History history, Instant now) => outcome switch
    {
        Outcome.AsAsked => new(new Stopped(), [ServiceMachine.Report(new Notice.Stopped(service.Name))]),
        Outcome.GivenUp(var failure) => Failed(service, failure),
        Outcome.Anew => new Waiting(history),
        Outcome.Deferred(var reason) => Deferred(service, history, reason, now),
        Outcome.Success when service.Settings.Type == ServiceType.Oneshot =>
            new(new Completed(), [ServiceMachine.Report(new Notice.Completed(service.Name))]),
        Outcome.Success(var status) when service.Settings.Restart.Policy == RestartPolicy.Always =>
            AgainAfterSuccess(service, history, status, now),
        Outcome.Success(var status) =>
            new(new Finished(status), [ServiceMachine.Report(new Notice.Finished(service.Name, status))]),
        Outcome.Failing(var failure) when MayTryAgain(service, history) => Again(service, history, failure, now),
        Outcome.Failing(var failure) => Failed(service, failure),
        _ => throw new InvalidOperationException($"bug: outcome {outcome}"),
    };

    /// <summary>A shortage is no fault of the service: no retry, no back-off and no breaker counts it.</summary>
    private static ServiceStep Deferred(in ServiceContext service, History history, string reason, Instant now)
    {
        var counted = history with { Shortages = history.Shortages + 1 };
        var delay = FirstDeferral * Math.Pow(2, Math.Min(history.Shortages, 10));
        delay = delay < LongestDeferral ? delay : LongestDeferral;
        // Told ever more rarely: what the container is short of may be so for days.
        return new(new Backoff(now + delay, counted), BitOperations.IsPow2(counted.Shortages)
            ? [ServiceMachine.Report(new Notice.Deferred(service.Name, reason, delay, counted.Shortages))] : []);
    }

    private static bool MayTryAgain(in ServiceContext service, History history) =>
        service.Settings.Restart.Policy != RestartPolicy.Never &&
        (service.StartRetries is not { } retries || history.StartFailures <= retries);

    /// <summary>
    /// The ordinary end of a service that always runs: nothing counts it, and the trial of a half-open circuit has gone well. Only the
    /// back-off grows, so that one which ends at once each time does not keep the container busy.
    /// </summary>
    private static ServiceStep AgainAfterSuccess(in ServiceContext service, History history, ExitStatus status, Instant now)
    {
        var counted = history with
        {
            Failures = 0, Restarts = history.Restarts + 1, Breaker = history.Breaker.IsHalfOpen ? Breaker.Closed : history.Breaker,
        };
        var delay = BackoffDelay.For(service.Settings.Restart.Backoff, counted.Restarts, service.Jitter);
        var told = ServiceMachine.Report(new Notice.RestartingAfterSuccess(service.Name, status.ShellCode, delay));
        return new(new Backoff(now + delay, counted),
            history.Breaker.IsHalfOpen ? [ServiceMachine.Report(new Notice.CircuitClosed(service.Name)), told] : [told]);
    }

    private static ServiceStep Again(in ServiceContext service, History history, Failure failure, Instant now)
    {
        var restart = service.Settings.Restart;
        if (history.Failures >= restart.MaxRestarts)
            return Failed(service, failure with { Reason = $"{failure.Reason}, after its max_restarts of {restart.MaxRestarts}" });
        var counted = history with
        {
            Failures = history.Failures + 1, Restarts = history.Restarts + 1, Breaker = history.Breaker.Failed(restart.Breaker, now),
        };
        if (counted.Breaker.Opens(restart.Breaker))
        {
            var opened = ServiceMachine.Report(history.Breaker.IsHalfOpen
                ? new Notice.CircuitOpenAgain(service.Name, failure.Reason, restart.Breaker.OpenFor)
                : new Notice.CircuitOpen(
                    service.Name, failure.Reason, counted.Breaker.Failures.Count, restart.Breaker.Window, restart.Breaker.OpenFor));
            return new(new Open(now + restart.Breaker.OpenFor, counted with { Breaker = Breaker.HalfOpen }), [opened]);
        }
        var delay = BackoffDelay.For(restart.Backoff, counted.Restarts, service.Jitter);
        // It has been of no use since then, and every second that it was not counts.
        var until = Instant.Later(now, (failure.Since ?? now) + delay);
        return new(new Backoff(until, counted),
            [ServiceMachine.Report(new Notice.Restarting(service.Name, failure.Reason, until - now, counted.Failures))]);
    }

    private static ServiceStep Failed(in ServiceContext service, Failure failure) =>
        new(new Failed(failure), [ServiceMachine.Report(new Notice.Failed(service.Name, failure.Reason))]);

    private static bool IsSuccess(ServiceSettings settings, ExitStatus status) =>
        status.IsSuccess || (status.Code is { } code && settings.SuccessExitCodes.Contains(code));
}
