using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Supervision.ServiceState;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// How a starting service becomes ready: by being executed, by its word, or by a probe that succeeds. The first probe comes at
/// once, the next ones soon and then more slowly, so that a fast service is known early and a slow one is not pestered; a probe
/// is only ever one at a time and has a deadline.
/// </summary>
internal static class ReadinessSteps
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    /// <summary>A probe of ours ends itself at its timeout; this much later it is taken to be stuck.</summary>
    private static readonly TimeSpan ProbeSlack = TimeSpan.FromSeconds(1);

    /// <summary>A command of the file's knows nothing of the timeout.</summary>
    private static TimeSpan TimeOf(ProbeSettings probe) => probe.Target is ProbeTarget.Exec ? probe.Timeout : probe.Timeout + ProbeSlack;

    public static ServiceStep Executed(in ServiceContext service, ServiceState state, Instant now)
    {
        if (state is not Starting { Readiness: Readiness.AwaitingExec } s)
            // Launching, CancelledLaunch: that it was spawned was lost, and will be found, this with it.
            return state is Launching or CancelledLaunch or Starting or Ready or AwaitingStop or Stopping or Killing
                ? state
                : ServiceMachine.Impossible(state, "Executed");
        s = s with { History = s.History with { Shortages = 0 } };
        return service.Settings switch
        {
            { IsForking: true } => s with { Readiness = new Readiness.AwaitingFork() },
            { Type: ServiceType.Oneshot } => s with { Readiness = new Readiness.RunningToEnd() },
            { Ready: ReadyRule.Started } => BecomeReady(service, s, now),
            { Ready: ReadyRule.Probe } => Probe(service, s, 0, now),
            _ => s with { Readiness = new Readiness.AwaitingNotification() },
        };
    }

    /// <summary>A forking service has its main process.</summary>
    public static ServiceStep InBackground(in ServiceContext service, Starting state, Instant now) =>
        service.Settings.Ready == ReadyRule.Probe ? Probe(service, state, 0, now) : BecomeReady(service, state, now);

    public static ServiceStep Notified(in ServiceContext service, ServiceState state, Instant now) => state switch
    {
        // Its word may be read before the end of the second stage is: it can only have spoken after it.
        Starting { Readiness: Readiness.AwaitingNotification or Readiness.AwaitingExec } s
            when service.Settings is { Type: ServiceType.Daemon, Ready: ReadyRule.NotifyFd or ReadyRule.SdNotify } =>
                BecomeReady(service, s, now),
        // A second word, or one that nobody waits for (any more).
        Launching or CancelledLaunch or Starting or Ready or AwaitingStop or Stopping or Killing => state,
        _ => ServiceMachine.Impossible(state, "Notified"),
    };

    public static ServiceStep ProbeSpawned(in ServiceContext service, ServiceState state, int pid, Instant now) => state switch
    {
        Starting { Readiness: Readiness.ProbeLaunching p } s => s with
        {
            Readiness = new Readiness.ProbeRunning(
                pid, now + (s.IsForked ? ForkingSteps.ReadPatience : TimeOf(service.Settings.Probe!)), p.Tries),
        },
        // Its service was asked to stop in between, or has ended.
        Ready { Watch: HealthWatch.ProbeLaunching w } s => s with
        {
            Watch = new HealthWatch.ProbeRunning(pid, w.At, now + TimeOf(service.Settings.Probe!), w.Streak),
        },
        _ when HasRun(state) => new ServiceStep(state, [new Effect.KillHelper(StatePredicates.RunOf(state)!.Value, pid)]),
        _ => ServiceMachine.Impossible(state, "ProbeSpawned"),
    };

    public static ServiceStep ProbeEnded(in ServiceContext service, ServiceState state, ProbeFailure? failure, Instant now)
    {
        if (state is Ready { Watch: HealthWatch.ProbeLaunching or HealthWatch.ProbeRunning or HealthWatch.ProbeKilled } ready)
            return HealthSteps.ProbeEnded(service, ready, failure, now);
        if (state is not Starting { Readiness: Readiness.ProbeLaunching or Readiness.ProbeRunning } s)
            return HasRun(state) ? state : ServiceMachine.Impossible(state, "ProbeEnded");
        if (failure is null && !s.IsForked)
            return BecomeReady(service, s, now);
        var tries = s.Readiness switch
        {
            Readiness.ProbeLaunching p => p.Tries,
            Readiness.ProbeRunning p => p.Tries,
            _ => 0,
        };
        var delay = FirstRetry * Math.Pow(2, Math.Min(tries, 10));
        var next = s with
        {
            Readiness = new Readiness.ProbeDue(now + (delay < LongestRetry ? delay : LongestRetry), tries + 1), LastProbe = failure?.Reason,
        };
        // That a pidfile is not there yet is no news.
        if (failure is null || s.IsForked)
            return next;
        return new(next, [ServiceMachine.Report(failure.IsHopeless && s.LastProbe is null
            ? new Notice.ProbeHopeless(service.Name, failure.Reason)
            : new Notice.ProbeFailed(service.Name, null, service.Settings.Probe!.Retries, failure.Reason))]);
    }

    /// <summary>Why it is not ready yet, to follow the news that it is late.</summary>
    public static string LastProbe(in ServiceContext service, Starting state) =>
        state.IsForked ? ForkingSteps.Why(service, state)
        : state.Readiness is Readiness.AwaitingFork ? ": its first process has not ended, so it is not in the background"
        : state is { LastProbe: { } reason } ? $"; last probe: {reason}"
        : service.Settings is { Type: ServiceType.Daemon, Ready: ReadyRule.Probe } && state.Readiness is not Readiness.AwaitingExec
            ? "; its first probe has no answer yet"
            : "";

    public static ServiceStep DeadlinePassed(in ServiceContext service, Starting state, Instant now) => state.Readiness switch
    {
        Readiness.ProbeDue p when now >= p.At && state.IsForked => ForkingSteps.Search(service, state, p.Tries, now),
        Readiness.ProbeDue p when now >= p.At => Probe(service, state, p.Tries, now),
        Readiness.ProbeLaunching p when now >= p.AnswerBy => ProbeEnded(service, state, ProbeFailure.NotStarted, now),
        // Its end comes as ProbeEnded; until then the deadline must not fire again.
        Readiness.ProbeRunning p when now >= p.KillAt =>
            new ServiceStep(
                state with { Readiness = p with { KillAt = Instant.Never },
                LastProbe = state.IsForked ? ForkingSteps.Unreadable : state.LastProbe },
                [new Effect.KillHelper(state.Run.Number, p.Pid)]),
        _ => state,
    };

    /// <summary>Nothing of a probe is wanted once its service is on its way out.</summary>
    public static Effect[] EndProbe(in ServiceContext service, ServiceState state) => state switch
    {
        Starting { Readiness: Readiness.ProbeRunning p } s => [new Effect.KillHelper(s.Run.Number, p.Pid)],
        Ready { Watch: HealthWatch.ProbeRunning p } s => [new Effect.KillHelper(s.Run.Number, p.Pid)],
        _ => [],
    };

    /// <summary>A probe is of a run, and cannot come before its process or after the last of its group.</summary>
    private static bool HasRun(ServiceState state) =>
        state is Starting or Ready or AwaitingStop or Stopping or Killing or OthersWaiting or OthersStopping or OthersKilling;

    private static ServiceStep Probe(in ServiceContext service, Starting state, int tries, Instant now) =>
        new(state with { Readiness = new Readiness.ProbeLaunching(tries) { AnswerBy = now + ServiceMachine.AnswerPatience } },
            [new Effect.SpawnProbe(state.Run.Number, service.Settings)]);

    private static ServiceStep BecomeReady(in ServiceContext service, Starting state, Instant now) =>
        new(new Ready(state.Run, state.History, HealthSteps.Begin(service, state, now))
            {
                WatchdogBy = NotificationSteps.FirstWatchdog(service, state, now),
                WatchdogTime = state.WatchdogTime,
                ClosesAt = state.History.Breaker.IsHalfOpen
                    ? state.Run.StartedAt + service.Settings.Restart.Backoff.ResetAfter
                    : Instant.Never,
            },
            [ServiceMachine.Report(new Notice.Ready(service.Name, state.Run.Pid, now - state.Run.StartedAt))]);
}
