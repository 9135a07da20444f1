using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How every run ends, whatever the reason. The run waits for its turn (<c>max_concurrent</c> end at once; in a shutdown no run waits),
/// is asked to end, has its stop_timeout, is killed, and is over when none of its processes is left. The stop signal is sent once: many
/// programs take a second one as "at once", and lose the state that they had begun to save. SIGKILL is repeated, ever more slowly, since
/// a fork may have slipped past it. If processes outlive every retry (uninterruptible sleep), the cleanup has failed: it is reported,
/// goes on, and takes no place in the queue.
/// </summary>
internal static class CleanupSteps
{
    /// <summary>A service that puts itself into the background has done so by this time.</summary>
    private static readonly TimeSpan SoonAfterStart = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A run that waits longer than this for a turn is compared with the kernel: its place in the queue, or the news of its end, may have
    /// been lost.
    /// </summary>
    public static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(30);

    /// <param name="context">What the step needs to know beside the state.</param>
    /// <param name="state">The state of the run before its end.</param>
    /// <param name="run">The run.</param>
    /// <param name="outcome">The meaning of the end.</param>
    /// <param name="now">The beginning of the end.</param>
    /// <param name="isUrgent">Whether the run ends without a turn in the queue.</param>
    public static RunStep Begin(
        in RunContext context, RunState state, Run run, Outcome outcome, Instant now, bool isUrgent = false)
    {
        var probe = ReadinessSteps.EndProbe(context, state);
        if (state is Starting { IsForked: true })
            return context.IsEnding || isUrgent
                ? StopOthers(context, run, outcome, now, probe)
                : new(new OthersWaiting(run, outcome) { LookAt = now + TurnPatience }, [.. probe]);
        return context.IsEnding
            ? StopSteps.Ask(context, run, outcome, now, probe)
            : new(new AwaitingStop(run, outcome) { LookAt = now + TurnPatience }, [.. probe]);
    }

    /// <summary>
    /// The turn has come: the main process is asked to end; where it was collected, the processes that it left behind are.
    /// </summary>
    public static RunStep Turn(in RunContext context, RunState state, Instant now) => state switch
    {
        AwaitingStop s => StopSteps.Ask(context, s.Run, s.Outcome, now, []),
        OthersWaiting s => StopOthers(context, s.Run, s.Outcome, now, []),
        _ => RunMachine.Impossible(state, "Turn"),
    };

    /// <summary>The main process has ended, and other processes of the run have not.</summary>
    /// <param name="context">What the step needs to know beside the state.</param>
    /// <param name="state">The state of the run before the end.</param>
    /// <param name="run">The run.</param>
    /// <param name="outcome">The meaning of the end.</param>
    /// <param name="exited">How the main process has ended.</param>
    /// <param name="now">The time of the end.</param>
    /// <param name="told">The effects of the end.</param>
    public static RunStep OthersLeft(
        in RunContext context, RunState state, Run run, Outcome outcome, RunEvent.Exited exited, Instant now, ReadOnlySpan<Effect> told)
    {
        Effect[] first = IsInBackground(context, state, exited, now - run.StartedAt)
            ? [.. told, RunMachine.Report(Notices.InBackground.Of(context.Name)), new Effect.WatchRun(run.Number, run.Pid)]
            : [.. told, new Effect.WatchRun(run.Number, run.Pid)];
        return state switch
        {
            Killing s => KillOthers(context, run, outcome, s.Kills, now, [.. first, .. Failed(context, run, s.Kills)]),
            Stopping => StopOthers(context, run, outcome, now, first),
            _ when context.IsEnding => StopOthers(context, run, outcome, now, first),
            _ => new(new OthersWaiting(run, outcome) { LookAt = now + TurnPatience }, [.. first]),
        };
    }

    private static bool IsInBackground(in RunContext context, RunState state, RunEvent.Exited exited, TimeSpan ran) =>
        MayBeInBackground(context, state) && ran < SoonAfterStart && exited.Status.IsSuccess;

    private static bool MayBeInBackground(in RunContext context, RunState state) =>
        !context.IsEnding && (state is Starting or Ready) && context.Settings is { Type: ServiceType.Daemon, IsForking: false };

    /// <summary>An emergency (a second stop signal, a deadline of the shutdown): the run is killed without waiting.</summary>
    public static RunStep Kill(in RunContext context, RunState state, Instant now)
    {
        var asked = new Outcome.AsAsked();
        Effect[] helpers = [.. ReadinessSteps.EndProbe(context, state), .. StopSteps.EndCommand(context, state)];
        switch (state)
        {
            case Starting { IsForked: true } s:
                return KillOthers(context, s.Run, asked, 0, now, helpers);
            case Starting s:
                return KillAll(context, s.Run, asked, now, helpers);
            case Ready s:
                return KillAll(context, s.Run, asked, now, helpers);
            case AwaitingStop or Stopping when state is EndingState s:
                return KillAll(context, s.Run, asked, now, helpers);
            // The first kill sent kill_signal. If that did not end the run, SIGKILL does.
            case Killing { Kills: 1 } s when context.Settings.KillSignal != Signal.Kill:
                return KillAll(context, s.Run, asked, now, helpers);
            case OthersWaiting or OthersStopping when state is EndingState s:
                return KillOthers(context, s.Run, asked, 0, now, helpers);
            default:
                // The program does not run yet, or the run was killed already: a kill is the same as a stop.
                return StopSteps.Stop(context, state, asked, now);
        }
    }

    public static RunStep KillAll(
        in RunContext context, Run run, Outcome outcome, Instant now, ReadOnlySpan<Effect> first = default) =>
        new(new Killing(run, outcome, 1, now + Escalation.FirstRetry), [.. first, SignalAll(run, Signal.Kill)]);

    public static RunStep DeadlinePassed(in RunContext context, RunState state, Instant now)
    {
        switch (state)
        {
            case Stopping { Progress: StopProgress.CommandLaunching } s when now < s.KillAt:
                return StopSteps.CommandLate(context, s, null);
            case Stopping { Progress: StopProgress.CommandRunning command } s when now < s.KillAt:
                return StopSteps.CommandLate(context, s, command);
            case Stopping s:
                return new(new Killing(s.Run, s.Outcome, 1, now + Escalation.FirstRetry),
                    [
                        .. StopSteps.EndCommand(context, s),
                        RunMachine.Report(Notices.ServiceKilled.Of(context.Name, context.Settings.StopTimeout, s.Run.Pid)),
                        SignalAll(s.Run, context.Settings.KillSignal),
                    ]);
            case Killing s:
                return new(s with { Kills = s.Kills + 1, AgainAt = now + Escalation.RetryAfter(s.Kills + 1) },
                    [.. Failed(context, s.Run, s.Kills), RunMachine.LookFor(s), SignalAll(s.Run, Signal.Kill)]);
            case OthersStopping s:
                return KillOthers(
                    context, s.Run, s.Outcome, 0, now, [RunMachine.Report(Notices.LeftoversKilled.Of(context.Name))]);
            case OthersKilling s:
                return KillOthers(
                    context, s.Run, s.Outcome, s.Kills, now,
                    [.. Failed(context, s.Run, s.Kills), RunMachine.LookFor(s)]);
            default:
                return RunMachine.Impossible(state, "DeadlinePassed");
        }
    }

    private static RunStep StopOthers(
        in RunContext context, Run run, Outcome outcome, Instant now, ReadOnlySpan<Effect> first) =>
        new(new OthersStopping(run, now + context.Settings.StopTimeout, outcome),
        [
            .. first, SignalAll(run, context.Settings.StopSignal) with { IsTold = true }, SignalAll(run, Signal.Cont),
        ]);

    private static RunStep KillOthers(
        in RunContext context, Run run, Outcome outcome, int kills, Instant now, ReadOnlySpan<Effect> first) =>
        new(new OthersKilling(run, outcome, kills + 1, now + Escalation.RetryAfter(kills + 1)),
            [.. first, SignalAll(run, Signal.Kill)]);

    /// <summary>The report of a failed cleanup, made once, after the last retry.</summary>
    private static Effect[] Failed(in RunContext context, Run run, int kills) =>
        Escalation.IsLast(kills, context.KillRetries) ? [RunMachine.Report(Notices.CleanupFailed.Of(context.Name, kills, run.Pid))] : [];

    private static Effect.SignalRun SignalAll(Run run, Signal signal) =>
        new(run.Number, run.Pid, signal);
}
