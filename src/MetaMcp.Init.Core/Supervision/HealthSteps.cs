using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Supervision.ServiceState;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// Whether a ready service stays healthy: a probe every interval, one at a time. The probes of many services that became ready
/// together are spread over their interval once, and keep their beat from then on. So many failures in a row, or so long without
/// a success, and the run is ended as a failure.
/// </summary>
internal static class HealthSteps
{
    /// <summary>Where no process was to be had for a probe.</summary>
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>From SIGKILL to the end of a probe that can end.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);

    /// <summary>The least of its interval that the second probe waits.</summary>
    private const double LeastSpread = 0.1;

    public static HealthWatch Begin(in ServiceContext service, Starting state, Instant now)
    {
        if (service.Settings.Probe is not { } probe || service.IsEnding)
            return new HealthWatch.None();
        // What made it ready was a probe, or this is the first.
        return service.Settings.Ready == ReadyRule.Probe
            ? new HealthWatch.ProbeDue(now + Spread(service, probe), new Streak(now, HasSucceeded: true, 0, default))
            : new HealthWatch.ProbeDue(
                now, new Streak(Instant.Later(now, state.Run.StartedAt + probe.StartPeriod), HasSucceeded: false, 0, default));
    }

    public static ServiceStep DeadlinePassed(in ServiceContext service, Ready state, Instant now)
    {
        switch (state.Watch)
        {
            case HealthWatch.ProbeDue when service.IsEnding:
                return state with { Watch = new HealthWatch.None() };
            case HealthWatch.ProbeDue w when now >= w.At:
                return new(
                    state with { Watch = new HealthWatch.ProbeLaunching(
                        w.At, w.Streak) { AnswerBy = now + ServiceMachine.AnswerPatience } },
                    [new Effect.SpawnProbe(state.Run.Number, service.Settings)]);
            case HealthWatch.ProbeLaunching w when now >= w.AnswerBy:
                return ProbeNotStarted(service, state, now);
            // Its end comes as ProbeEnded, unless it is beyond SIGKILL.
            case HealthWatch.ProbeRunning w when now >= w.KillAt:
                var silentAt = Instant.Later(now + KillPatience, w.Streak.GoodAt + service.Settings.Probe!.UnhealthyAfter);
                return new(
                    state with { Watch = new HealthWatch.ProbeKilled(w.At, silentAt, w.Streak) },
                    [new Effect.KillHelper(state.Run.Number, w.Pid)]);
            case HealthWatch.ProbeKilled when service.IsEnding:
                return state with { Watch = new HealthWatch.None() };
            case HealthWatch.ProbeKilled w when now >= w.SilentAt:
                return Unhealthy(service, state with { Watch = new HealthWatch.None() }, w.At,
                    $"no probe has succeeded for {Duration.Format(service.Settings.Probe!.UnhealthyAfter)}, and one that hangs cannot be " +
                    "killed", now);
            case HealthWatch.ProbeDue or HealthWatch.ProbeLaunching or HealthWatch.ProbeRunning or HealthWatch.ProbeKilled:
                return state;
            default:
                return ServiceMachine.Impossible(state, "DeadlinePassed");
        }
    }

    public static ServiceStep ProbeEnded(in ServiceContext service, Ready state, ProbeFailure? failure, Instant now)
    {
        if (service.IsEnding)
            return state with { Watch = new HealthWatch.None() };
        var (at, streak) = Asked(state);
        return failure is null ? Succeeded(service, state, at, streak, now) : Failed(service, state, at, streak, failure.Reason, now);
    }

    /// <summary>The service is not to blame, but nobody knows how it is.</summary>
    public static ServiceStep ProbeNotStarted(in ServiceContext service, Ready state, Instant now)
    {
        if (service.IsEnding)
            return state with { Watch = new HealthWatch.None() };
        var (_, streak) = Asked(state);
        return IsSilent(service, streak, now)
            ? Unhealthy(
                service, state, streak.GoodAt,
                $"no probe has succeeded for {Duration.Format(service.Settings.Probe!.UnhealthyAfter)}, and none can be started", now)
            : state with { Watch = new HealthWatch.ProbeDue(now + TryAgainAfter, streak) };
    }

    private static ServiceStep Succeeded(in ServiceContext service, Ready state, Instant at, Streak streak, Instant now)
    {
        var probe = service.Settings.Probe!;
        // The first probe of one that was ready without has nobody before it to be spread from.
        var next = streak.HasSucceeded ? Next(at, probe.Interval, now) : now + Spread(service, probe);
        var after = state with { Watch = new HealthWatch.ProbeDue(next, new Streak(now, HasSucceeded: true, 0, default)) };
        return streak.Failures == 0
            ? after
            : new ServiceStep(after, [ServiceMachine.Report(new Notice.HealthyAgain(service.Name, streak.Failures))]);
    }

    private static ServiceStep Failed(in ServiceContext service, Ready state, Instant at, Streak streak, string why, Instant now)
    {
        var probe = service.Settings.Probe!;
        if (!streak.HasSucceeded && now < state.Run.StartedAt + probe.StartPeriod)
            return new(state with { Watch = new HealthWatch.ProbeDue(Next(at, probe.Interval, now), streak with { LastFailure = why }) },
                [ServiceMachine.Report(new Notice.ProbeFailed(service.Name, null, probe.Retries, why))]);
        var counted = streak with
        {
            Failures = streak.Failures + 1, BadSince = streak.Failures == 0 ? at : streak.BadSince, LastFailure = why,
        };
        var told = ServiceMachine.Report(new Notice.ProbeFailed(service.Name, counted.Failures, probe.Retries, why));
        // One failure is no silence, however long ago the success before it: the interval may be longer, or all of us were paused.
        if (counted.Failures < probe.Retries && (counted.Failures == 1 || !IsSilent(service, counted, now)))
            return new(state with { Watch = new HealthWatch.ProbeDue(Next(at, probe.Interval, now), counted) }, [told]);
        var reason = counted.Failures >= probe.Retries
            ? $"{counted.Failures} probe{(counted.Failures == 1 ? "" : "s in a row")} failed"
            : $"no probe has succeeded for {Duration.Format(probe.UnhealthyAfter)}";
        var end = Unhealthy(service, state with { Watch = new HealthWatch.None() }, counted.BadSince, $"{reason}; last probe: {why}", now);
        return end with { Effects = [told, .. end.Effects] };
    }

    public static ServiceStep Unhealthy(in ServiceContext service, Ready state, Instant since, string reason, Instant now)
    {
        var failure = new Failure($"unhealthy: {reason}", null) { Since = since };
        var end = ServiceMachine.Stop(service, RestartDecision.Rested(service, state, now), new Outcome.Failing(failure), now);
        return end with { Effects = [ServiceMachine.Report(new Notice.Unhealthy(service.Name, reason)), .. end.Effects] };
    }

    private static bool IsSilent(in ServiceContext service, Streak streak, Instant now) =>
        now - streak.GoodAt >= service.Settings.Probe!.UnhealthyAfter;

    /// <summary>On its own beat; at once where the probe took longer than that.</summary>
    private static Instant Next(Instant at, TimeSpan interval, Instant now) => Instant.Later(now, at + interval);

    private static TimeSpan Spread(in ServiceContext service, ProbeSettings probe) =>
        probe.Interval * (LeastSpread + ((1 - LeastSpread) * service.Jitter));

    private static (Instant At, Streak Streak) Asked(Ready state) => state.Watch switch
    {
        HealthWatch.ProbeLaunching w => (w.At, w.Streak),
        HealthWatch.ProbeRunning w => (w.At, w.Streak),
        HealthWatch.ProbeKilled w => (w.At, w.Streak),
        _ => throw new InvalidOperationException($"bug: no probe was asked for in {state}"),
    };
}
