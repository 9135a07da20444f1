using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// Watches the health of a ready service: a probe every interval, one at a time. If many services became ready together, their second
/// probes are spread over the interval; each service keeps its rhythm from then on. After <c>retries</c> failures in a row, or that long
/// without a success, the run is ended as a failure.
/// </summary>
internal static class HealthSteps
{
    /// <summary>The delay before another try if no process could be created for a probe.</summary>
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>The time from SIGKILL to the end of a probe that can end.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);

    /// <summary>The second probe waits for at least this part of the interval.</summary>
    private const double LeastSpread = 0.1;

    public static HealthWatch Begin(in RunContext context, Starting state, Instant now)
    {
        if (context.Settings.Probe is not { } probe || context.IsEnding)
            return new HealthWatch.None();
        // With ready = "probe", a probe has just succeeded. Otherwise this will be the first one.
        return context.Settings.Ready == ReadyRule.Probe
            ? new HealthWatch.ProbeDue(now + Spread(context, probe), new Streak(now, HasSucceeded: true, 0, default))
            : new HealthWatch.ProbeDue(
                now, new Streak(Instant.Later(now, state.Run.StartedAt + probe.StartPeriod), HasSucceeded: false, 0, default));
    }

    public static RunStep DeadlinePassed(in RunContext context, Ready state, Instant now)
    {
        switch (state.Watch)
        {
            case HealthWatch.ProbeDue when context.IsEnding:
                return state with { Watch = new HealthWatch.None() };
            case HealthWatch.ProbeDue w when now >= w.At:
                return new(
                    state with { Watch = new HealthWatch.ProbeLaunching(
                        w.At, w.Streak) { AnswerBy = now + RunMachine.AnswerPatience } },
                    [new Effect.SpawnProbe(state.Run.Number, context.Settings)]);
            case HealthWatch.ProbeLaunching w when now >= w.AnswerBy:
                return ProbeNotStarted(context, state, now);
            // The end of the probe comes as ProbeEnded, unless even SIGKILL cannot end it.
            case HealthWatch.ProbeRunning w when now >= w.KillAt:
                var silentAt = Instant.Later(now + KillPatience, w.Streak.GoodAt + context.Settings.Probe!.UnhealthyAfter);
                return new(
                    state with { Watch = new HealthWatch.ProbeKilled(w.At, silentAt, w.Streak) },
                    [new Effect.KillHelper(state.Run.Number, w.Pid)]);
            case HealthWatch.ProbeKilled when context.IsEnding:
                return state with { Watch = new HealthWatch.None() };
            case HealthWatch.ProbeKilled w when now >= w.SilentAt:
                return Unhealthy(context, state with { Watch = new HealthWatch.None() }, w.At,
                    $"no probe has succeeded for {Duration.Format(context.Settings.Probe!.UnhealthyAfter)}, and one that hangs cannot be " +
                    "killed", now);
            case HealthWatch.ProbeDue or HealthWatch.ProbeLaunching or HealthWatch.ProbeRunning or HealthWatch.ProbeKilled:
                return state;
            default:
                return RunMachine.Impossible(state, "DeadlinePassed");
        }
    }

    public static RunStep ProbeEnded(in RunContext context, Ready state, ProbeFailure? failure, Instant now)
    {
        if (context.IsEnding)
            return state with { Watch = new HealthWatch.None() };
        var (at, streak) = Asked(state);
        return failure is null ? Succeeded(context, state, at, streak, now) : Failed(context, state, at, streak, failure.Reason, now);
    }

    /// <summary>No probe could be started. That is not the service's fault, but its health is unknown meanwhile.</summary>
    public static RunStep ProbeNotStarted(in RunContext context, Ready state, Instant now)
    {
        if (context.IsEnding)
            return state with { Watch = new HealthWatch.None() };
        var (_, streak) = Asked(state);
        return IsSilent(context, streak, now)
            ? Unhealthy(
                context, state, streak.GoodAt,
                $"no probe has succeeded for {Duration.Format(context.Settings.Probe!.UnhealthyAfter)}, and none can be started", now)
            : state with { Watch = new HealthWatch.ProbeDue(now + TryAgainAfter, streak) };
    }

    private static RunStep Succeeded(in RunContext context, Ready state, Instant at, Streak streak, Instant now)
    {
        var probe = context.Settings.Probe!;
        // A service that became ready without a probe was not spread yet: its first probe came at once.
        var next = streak.HasSucceeded ? Next(at, probe.Interval, now) : now + Spread(context, probe);
        var after = state with { Watch = new HealthWatch.ProbeDue(next, new Streak(now, HasSucceeded: true, 0, default)) };
        return streak.Failures == 0
            ? after
            : new RunStep(after, [RunMachine.Report(Notices.HealthyAgain.Of(context.Name, streak.Failures))]);
    }

    private static RunStep Failed(in RunContext context, Ready state, Instant at, Streak streak, string why, Instant now)
    {
        var probe = context.Settings.Probe!;
        if (!streak.HasSucceeded && now < state.Run.StartedAt + probe.StartPeriod)
            return new(state with { Watch = new HealthWatch.ProbeDue(Next(at, probe.Interval, now), streak with { LastFailure = why }) },
                [RunMachine.Report(Notices.ProbeFailedInStartPeriod.Of(context.Name, why))]);
        var counted = streak with
        {
            Failures = streak.Failures + 1, BadSince = streak.Failures == 0 ? at : streak.BadSince, LastFailure = why,
        };
        var told = RunMachine.Report(Notices.ProbeFailed.Of(context.Name, counted.Failures, probe.Retries, why));
        // One failure is not silence, however long ago the last success was: the interval may be longer than that, or the container may
        // have been paused.
        if (counted.Failures < probe.Retries && (counted.Failures == 1 || !IsSilent(context, counted, now)))
            return new(state with { Watch = new HealthWatch.ProbeDue(Next(at, probe.Interval, now), counted) }, [told]);
        var reason = counted.Failures >= probe.Retries
            ? $"{counted.Failures} probe{(counted.Failures == 1 ? "" : "s in a row")} failed"
            : $"no probe has succeeded for {Duration.Format(probe.UnhealthyAfter)}";
        var end = Unhealthy(context, state with { Watch = new HealthWatch.None() }, counted.BadSince, $"{reason}; last probe: {why}", now);
        return end with { Effects = [told, .. end.Effects] };
    }

    public static RunStep Unhealthy(in RunContext context, Ready state, Instant since, string reason, Instant now)
    {
        var failure = new Failure($"unhealthy: {reason}", null) { Since = since };
        var end = StopSteps.Stop(context, state, new Outcome.Failing(failure), now);
        return end with { Effects = [RunMachine.Report(Notices.Unhealthy.Of(context.Name, reason)), .. end.Effects] };
    }

    private static bool IsSilent(in RunContext context, Streak streak, Instant now) =>
        now - streak.GoodAt >= context.Settings.Probe!.UnhealthyAfter;

    /// <summary>In the service's own rhythm; at once if the probe took longer than the interval.</summary>
    private static Instant Next(Instant at, TimeSpan interval, Instant now) => Instant.Later(now, at + interval);

    private static TimeSpan Spread(in RunContext context, ProbeSettings probe) =>
        probe.Interval * (LeastSpread + ((1 - LeastSpread) * context.Jitter));

    private static (Instant At, Streak Streak) Asked(Ready state) => state.Watch switch
    {
        HealthWatch.ProbeLaunching w => (w.At, w.Streak),
        HealthWatch.ProbeRunning w => (w.At, w.Streak),
        HealthWatch.ProbeKilled w => (w.At, w.Streak),
        _ => throw new InvalidOperationException($"bug: no probe was asked for in {state}"),
    };
}
