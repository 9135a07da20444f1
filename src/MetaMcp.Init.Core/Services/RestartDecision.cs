using System.Numerics;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Services;

/// <summary>Decides what follows the end of a run, by the restart policy, the exit code and the phase.</summary>
internal static class RestartDecision
{
    private static readonly TimeSpan FirstDeferral = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDeferral = TimeSpan.FromSeconds(5);

    /// <summary>The state of the service once none of the run's processes is left.</summary>
    public static ServiceStep Of(in ServiceContext service, Outcome outcome, History history, Instant now) => outcome switch
    {
        Outcome.AsAsked => new(new Stopped(), [RunMachine.Report(Notices.ServiceStopped.Of(service.Name))]),
        Outcome.GivenUp(var failure) => Failed(service, failure),
        Outcome.Anew => new Waiting(history),
        Outcome.Deferred(var reason) => Deferred(service, history, reason, now),
        Outcome.Success when service.Settings.Type == ServiceType.Oneshot =>
            new(new Completed(), [RunMachine.Report(Notices.ServiceCompleted.Of(service.Name))]),
        Outcome.Success(var status) when service.Settings.Restart.Policy == RestartPolicy.Always =>
            AgainAfterSuccess(service, history, status, now),
        Outcome.Success(var status) =>
            new(new Finished(status), [RunMachine.Report(Notices.ServiceFinished.Of(service.Name, status))]),
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
        // The notice is repeated ever more rarely, since a shortage may last for days.
        return new(new Backoff(now + delay, counted), BitOperations.IsPow2(counted.Shortages)
            ? [RunMachine.Report(Notices.ServiceDeferred.Of(service.Name, reason, delay, counted.Shortages))] : []);
    }

    private static bool MayTryAgain(in ServiceContext service, History history) =>
        service.Settings.Restart.Policy != RestartPolicy.Never &&
        (service.StartRetries is not { } retries || history.StartFailures <= retries);

    /// <summary>
    /// The ordinary end of a service that always runs: it counts as no failure, and the trial of a half-open circuit has succeeded. Only
    /// the back-off grows, so that a service which ends at once each time does not keep the container busy.
    /// </summary>
    private static ServiceStep AgainAfterSuccess(in ServiceContext service, History history, ExitStatus status, Instant now)
    {
        var counted = history with
        {
            Failures = 0, Restarts = history.Restarts + 1, Breaker = history.Breaker.IsHalfOpen ? Breaker.Closed : history.Breaker,
        };
        var delay = BackoffDelay.For(service.Settings.Restart.Backoff, counted.Restarts, service.Jitter);
        var told = RunMachine.Report(Notices.RestartingAfterSuccess.Of(service.Name, status.ShellCode, delay));
        return new(new Backoff(now + delay, counted),
            history.Breaker.IsHalfOpen ? [RunMachine.Report(Notices.CircuitClosed.Of(service.Name)), told] : [told]);
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
            var opened = RunMachine.Report(history.Breaker.IsHalfOpen
                ? Notices.CircuitOpenAgain.Of(service.Name, failure.Reason, restart.Breaker.OpenFor)
                : Notices.CircuitOpen.Of(
                    service.Name, failure.Reason, counted.Breaker.Failures.Count, restart.Breaker.Window, restart.Breaker.OpenFor));
            return new(new Open(now + restart.Breaker.OpenFor, counted with { Breaker = Breaker.HalfOpen }), [opened]);
        }
        var delay = BackoffDelay.For(restart.Backoff, counted.Restarts, service.Jitter);
        // The service has been useless since the failure began, so the delay counts from then.
        var until = Instant.Later(now, (failure.Since ?? now) + delay);
        if (until <= now && !service.Awaited.IsEmpty)
            return new(new Waiting(counted), [RunMachine.Report(
                Notices.RestartingAfterDependency.Of(service.Name, failure.Reason, service.Awaited, counted.Failures))]);
        return new(new Backoff(until, counted),
            [RunMachine.Report(Notices.ServiceRestarting.Of(service.Name, failure.Reason, until - now, counted.Failures))]);
    }

    private static ServiceStep Failed(in ServiceContext service, Failure failure) =>
        new(new Failed(failure), [RunMachine.Report(Notices.ServiceFailed.Of(service.Name, failure.Reason))]);
}
