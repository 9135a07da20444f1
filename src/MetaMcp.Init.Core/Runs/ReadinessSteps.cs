using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How a starting service becomes ready: its program is executed, it says so, or a probe succeeds. The first probe comes at once, the
/// next ones soon and then more slowly, so that a fast service is ready early and a slow one is not disturbed. Only one probe runs at a
/// time, and each has a deadline.
/// </summary>
internal static class ReadinessSteps
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    /// <summary>A probe of ours ends itself at its timeout. If it still runs after this additional time, it is taken to be stuck.</summary>
    private static readonly TimeSpan ProbeSlack = TimeSpan.FromSeconds(1);

    /// <summary>A command from the file knows nothing of the timeout.</summary>
    private static TimeSpan TimeOf(ProbeSettings probe) => probe.Target is ProbeTarget.Exec ? probe.Timeout : probe.Timeout + ProbeSlack;

    public static RunStep Executed(in RunContext context, RunState state, Instant now)
    {
        if (state is not Starting { Readiness: Readiness.AwaitingExec } s)
            // In Spawning and CancelledSpawn the news of the spawn was lost. The sweep will find the process, and that its program was
            // executed.
            return state is Spawning or CancelledSpawn or Starting or Ready or AwaitingStop or Stopping or Killing
                ? state
                : RunMachine.Impossible(state, "Executed");
        return context.Settings switch
        {
            { IsForking: true } => s with { Readiness = new Readiness.AwaitingFork() },
            { Type: ServiceType.Oneshot } => s with { Readiness = new Readiness.RunningToEnd() },
            { Ready: ReadyRule.Started } => BecomeReady(context, s, now),
            { Ready: ReadyRule.Probe } => Probe(context, s, 0, now),
            _ => s with { Readiness = new Readiness.AwaitingNotification() },
        };
    }

    /// <summary>The main process of a forking service is known.</summary>
    public static RunStep InBackground(in RunContext context, Starting state, Instant now) =>
        context.Settings.Ready == ReadyRule.Probe ? Probe(context, state, 0, now) : BecomeReady(context, state, now);

    public static RunStep Notified(in RunContext context, RunState state, Instant now) => state switch
    {
        // The notification may be read before the end of the second stage is. Only the service can have sent it, so the second stage is
        // over.
        Starting { Readiness: Readiness.AwaitingNotification or Readiness.AwaitingExec } s
            when context.Settings is { Type: ServiceType.Daemon, Ready: ReadyRule.NotifyFd or ReadyRule.SdNotify } =>
                BecomeReady(context, s, now),
        // The service says READY=1 again, or its readiness is not awaited (any more).
        Spawning or CancelledSpawn or Starting or Ready or AwaitingStop or Stopping or Killing => state,
        _ => RunMachine.Impossible(state, "Notified"),
    };

    public static RunStep ProbeSpawned(in RunContext context, RunState state, int pid, Instant now) => state switch
    {
        Starting { Readiness: Readiness.ProbeLaunching p } s => s with
        {
            Readiness = new Readiness.ProbeRunning(
                pid, now + (s.IsForked ? ForkingSteps.ReadPatience : TimeOf(context.Settings.Probe!)), p.Tries),
        },
        // The service was asked to stop in between, or has ended.
        Ready { Watch: HealthWatch.ProbeLaunching w } s => s with
        {
            Watch = new HealthWatch.ProbeRunning(pid, w.At, now + TimeOf(context.Settings.Probe!), w.Streak),
        },
        _ when HasRun(state) => new RunStep(state, [new Effect.KillHelper(state.Number, pid)]),
        _ => RunMachine.Impossible(state, "ProbeSpawned"),
    };

    public static RunStep ProbeEnded(in RunContext context, RunState state, ProbeFailure? failure, Instant now)
    {
        if (state is Ready { Watch: HealthWatch.ProbeLaunching or HealthWatch.ProbeRunning or HealthWatch.ProbeKilled } ready)
            return HealthSteps.ProbeEnded(context, ready, failure, now);
        if (state is not Starting { Readiness: Readiness.ProbeLaunching or Readiness.ProbeRunning } s)
            return HasRun(state) ? state : RunMachine.Impossible(state, "ProbeEnded");
        if (failure is null && !s.IsForked)
            return BecomeReady(context, s, now);
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
        // A pidfile that does not exist yet is not worth a message.
        if (failure is null || s.IsForked)
            return next;
        return new(next, [RunMachine.Report(failure.IsHopeless && s.LastProbe is null
            ? Notices.ProbeHopeless.Of(context.Name, failure.Reason)
            : Notices.ProbeFailedInStartPeriod.Of(context.Name, failure.Reason))]);
    }

    /// <summary>Why the service is not ready yet: the end of the message that the service is late.</summary>
    public static string LastProbe(in RunContext context, Starting state) =>
        state.IsForked ? ForkingSteps.Why(context, state)
        : state.Readiness is Readiness.AwaitingFork ? ": its first process has not ended, so it is not in the background"
        : state is { LastProbe: { } reason } ? $"; last probe: {reason}"
        : context.Settings is { Type: ServiceType.Daemon, Ready: ReadyRule.Probe } && state.Readiness is not Readiness.AwaitingExec
            ? "; its first probe has no answer yet"
            : "";

    public static RunStep DeadlinePassed(in RunContext context, Starting state, Instant now) => state.Readiness switch
    {
        Readiness.ProbeDue p when now >= p.At && state.IsForked => ForkingSteps.Search(context, state, p.Tries, now),
        Readiness.ProbeDue p when now >= p.At => Probe(context, state, p.Tries, now),
        Readiness.ProbeLaunching p when now >= p.AnswerBy => ProbeEnded(context, state, ProbeFailure.NotStarted, now),
        // The end of the probe comes as ProbeEnded; until then the deadline must not fire again.
        Readiness.ProbeRunning p when now >= p.KillAt =>
            new RunStep(
                state with { Readiness = p with { KillAt = Instant.Never },
                LastProbe = state.IsForked ? ForkingSteps.Unreadable : state.LastProbe },
                [new Effect.KillHelper(state.Run.Number, p.Pid)]),
        _ => state,
    };

    /// <summary>The probe of a service that ends is not needed any more.</summary>
    public static Effect[] EndProbe(in RunContext context, RunState state) => state switch
    {
        Starting { Readiness: Readiness.ProbeRunning p } s => [new Effect.KillHelper(s.Run.Number, p.Pid)],
        Ready { Watch: HealthWatch.ProbeRunning p } s => [new Effect.KillHelper(s.Run.Number, p.Pid)],
        _ => [],
    };

    /// <summary>A probe belongs to a run: it cannot come before the run's process, nor after the last process of the run.</summary>
    private static bool HasRun(RunState state) =>
        state is Starting or Ready or AwaitingStop or Stopping or Killing or OthersWaiting or OthersStopping or OthersKilling;

    private static RunStep Probe(in RunContext context, Starting state, int tries, Instant now) =>
        new(state with { Readiness = new Readiness.ProbeLaunching(tries) { AnswerBy = now + RunMachine.AnswerPatience } },
            [new Effect.SpawnProbe(state.Run.Number, context.Settings)]);

    private static RunStep BecomeReady(in RunContext context, Starting state, Instant now) =>
        new(new Ready(state.Run, HealthSteps.Begin(context, state, now))
            {
                WatchdogBy = NotificationSteps.FirstWatchdog(context, state, now),
                WatchdogTime = state.WatchdogTime,
            },
            [RunMachine.Report(Notices.ServiceReady.Of(context.Name, now - state.Run.StartedAt, state.Run.Pid))]);
}
