using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Supervision.ServiceState;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// How a run ends, whyever: it waits for its turn (only so many at once, but in a shutdown), is asked, has its time, is killed, and
/// is gone when nothing of it is left. The stop signal is sent once: many programs take a second one as "at once", and lose what the
/// first had begun to save. SIGKILL is repeated, ever more slowly, since a fork may have slipped past it; what outlives so many
/// (uninterruptible sleep) is a cleanup that failed: it is reported, kept, tried again, and in nobody's way.
/// </summary>
internal static class CleanupSteps
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>One that goes into the background has done so by then.</summary>
    private static readonly TimeSpan SoonAfterStart = TimeSpan.FromSeconds(10);

    /// <summary>Whoever waits longer for a turn is looked for: its place, or the news of its end, may have been lost.</summary>
    public static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(30);

    /// <param name="service">Whose run it is.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="run">Which run.</param>
    /// <param name="history">What counts against what comes after it.</param>
    /// <param name="outcome">What its end will mean.</param>
    /// <param name="now">The beginning of its end.</param>
    /// <param name="isUrgent">It waits for no turn.</param>
    public static ServiceStep Begin(
        in ServiceContext service, ServiceState state, Run run, History history, Outcome outcome, Instant now, bool isUrgent = false)
    {
        var probe = ReadinessSteps.EndProbe(service, state);
        if (state is Starting { IsForked: true })
            return service.IsEnding || isUrgent
                ? Drain(service, run, history, outcome, now, probe)
                : new(new OthersWaiting(run, history, outcome) { LookAt = now + TurnPatience }, [.. probe]);
        return service.IsEnding
            ? StopSteps.Ask(service, run, history, outcome, now, probe)
            : new(new AwaitingStop(run, history, outcome) { LookAt = now + TurnPatience }, [.. probe]);
    }

    /// <summary>It is asked to end, or what its main process left behind is.</summary>
    public static ServiceStep Turn(in ServiceContext service, ServiceState state, Instant now) => state switch
    {
        AwaitingStop s => StopSteps.Ask(service, s.Run, s.History, s.Outcome, now, []),
        OthersWaiting s => Drain(service, s.Run, s.History, s.Outcome, now, []),
        _ => ServiceMachine.Impossible(state, "Turn"),
    };

    public static ServiceStep Exited(in ServiceContext service, ServiceState state, ServiceEvent.Exited exited, Instant now)
    {
        var (run, history, outcome) = state switch
        {
            Starting { IsForked: false } s => (s.Run, s.History, RestartDecision.OutcomeOf(service, s, exited)),
            Ready s => (s.Run, s.History, RestartDecision.OutcomeOf(service, exited)),
            AwaitingStop or Stopping or Killing when state is EndingState s => (s.Run, s.History, s.Outcome),
            _ => throw new InvalidOperationException($"bug: {exited} in state {state}"),
        };
        var (counted, reset) = RestartDecision.Count(service, history, state, outcome, now - run.StartedAt);
        var next = reset ? default : counted;
        var told = ServiceMachine.Report(new Notice.Exited(service.Name, run.Pid, exited.Status, now - run.StartedAt, exited.Oom));
        Effect[] first = [told, .. ReadinessSteps.EndProbe(service, state), .. StopSteps.EndCommand(service, state)];
        if (state is Starting starting && ForkingSteps.IsFork(starting, outcome, exited))
            return ForkingSteps.Forked(service, starting, now);
        if (IsInBackground(service, state, exited, now - run.StartedAt))
            first = [.. first, ServiceMachine.Report(new Notice.InBackground(service.Name))];
        if (!exited.OthersLeft)
        {
            var end = RestartDecision.Of(service, outcome, next, now);
            return end with { Effects = [.. first, .. end.Effects] };
        }
        first = [.. first, new Effect.WatchRun(run.Number, run.Pid)];
        return state switch
        {
            Killing s => Purge(service, run, next, outcome, s.Kills, now, [.. first, .. Failed(service, run, s.Kills)]),
            Stopping => Drain(service, run, next, outcome, now, first),
            _ when service.IsEnding => Drain(service, run, next, outcome, now, first),
            _ => new(new OthersWaiting(run, next, outcome) { LookAt = now + TurnPatience }, [.. first]),
        };
    }

    private static bool IsInBackground(in ServiceContext service, ServiceState state, ServiceEvent.Exited exited, TimeSpan ran) =>
        exited is { Status.IsSuccess: true, OthersLeft: true } && state is Starting or Ready && ran < SoonAfterStart && !service.IsEnding &&
        service.Settings is { Type: ServiceType.Daemon, IsForking: false };

    /// <summary>No more waiting.</summary>
    public static ServiceStep Kill(in ServiceContext service, ServiceState state, Instant now)
    {
        var asked = new Outcome.AsAsked();
        Effect[] helpers = [.. ReadinessSteps.EndProbe(service, state), .. StopSteps.EndCommand(service, state)];
        switch (state)
        {
            case Starting { IsForked: true } s:
                return Purge(service, s.Run, s.History, asked, 0, now, helpers);
            case Starting s:
                return KillAll(service, s.Run, s.History, asked, now, helpers);
            case Ready s:
                return KillAll(service, s.Run, s.History, asked, now, helpers);
            case AwaitingStop or Stopping when state is EndingState s:
                return KillAll(service, s.Run, s.History, asked, now, helpers);
            // What its kill_signal was to do, SIGKILL does now.
            case Killing { Kills: 1 } s when service.Settings.KillSignal != Signal.Kill:
                return KillAll(service, s.Run, s.History, asked, now, helpers);
            case OthersWaiting or OthersStopping when state is EndingState s:
                return Purge(service, s.Run, s.History, asked, 0, now, helpers);
            default:
                // Nothing of it runs, or it was killed already: the same as being asked.
                return ServiceMachine.Stop(service, state, asked, now);
        }
    }

    public static ServiceStep KillAll(
        in ServiceContext service, Run run, History history, Outcome outcome, Instant now, ReadOnlySpan<Effect> first = default) =>
        new(new Killing(run, history, outcome, 1, now + FirstRetry), [.. first, SignalAll(run, Signal.Kill)]);

    public static ServiceStep DeadlinePassed(in ServiceContext service, ServiceState state, Instant now)
    {
        switch (state)
        {
            case Stopping { Progress: StopProgress.CommandLaunching } s when now < s.KillAt:
                return StopSteps.CommandLate(service, s, null);
            case Stopping { Progress: StopProgress.CommandRunning command } s when now < s.KillAt:
                return StopSteps.CommandLate(service, s, command);
            case Stopping s:
                return new(new Killing(s.Run, s.History, s.Outcome, 1, now + FirstRetry),
                    [
                        .. StopSteps.EndCommand(service, s),
                        ServiceMachine.Report(new Notice.Killed(service.Name, s.Run.Pid, service.Settings.StopTimeout)),
                        SignalAll(s.Run, service.Settings.KillSignal),
                    ]);
            case Killing s:
                return new(s with { Kills = s.Kills + 1, AgainAt = now + RetryAfter(s.Kills + 1) },
                    [.. Failed(service, s.Run, s.Kills), ServiceMachine.LookFor(s), SignalAll(s.Run, Signal.Kill)]);
            case OthersStopping s:
                return Purge(
                    service, s.Run, s.History, s.Outcome, 0, now, [ServiceMachine.Report(new Notice.KilledLeftovers(service.Name))]);
            case OthersKilling s:
                return Purge(
                    service, s.Run, s.History, s.Outcome, s.Kills, now,
                    [.. Failed(service, s.Run, s.Kills), ServiceMachine.LookFor(s)]);
            default:
                return ServiceMachine.Impossible(state, "DeadlinePassed");
        }
    }

    private static ServiceStep Drain(
        in ServiceContext service, Run run, History history, Outcome outcome, Instant now, ReadOnlySpan<Effect> first) =>
        new(new OthersStopping(run, history, now + service.Settings.StopTimeout, outcome),
        [
            .. first, ServiceMachine.Report(new Notice.EndingLeftovers(service.Name)),
            SignalAll(run, service.Settings.StopSignal), SignalAll(run, Signal.Cont),
        ]);

    private static ServiceStep Purge(
        in ServiceContext service, Run run, History history, Outcome outcome, int kills, Instant now, ReadOnlySpan<Effect> first) =>
        new(new OthersKilling(run, history, outcome, kills + 1, now + RetryAfter(kills + 1)),
            [.. first, SignalAll(run, Signal.Kill)]);

    /// <summary>Told once, when the last of the retries has not helped.</summary>
    private static Effect[] Failed(in ServiceContext service, Run run, int kills) =>
        kills == service.KillRetries + 1 ? [ServiceMachine.Report(new Notice.CleanupFailed(service.Name, run.Pid, kills))] : [];

    /// <summary>From so many SIGKILL to the next one.</summary>
    public static TimeSpan RetryAfter(int kills)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Min(kills - 1, 10));
        return delay < LongestRetry ? delay : LongestRetry;
    }

    private static Effect.SignalRun SignalAll(Run run, Signal signal) =>
        new(run.Number, run.Pid, signal);
}
