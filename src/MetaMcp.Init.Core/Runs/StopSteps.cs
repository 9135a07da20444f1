using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How a service is asked to end: by its stop_command if it has one, then by its stop signal; both within stop_timeout. The signal
/// follows even a command that succeeded, as with systemd's ExecStop: the service may have children that the command did not reach. If a
/// command takes more than half of the time, the signal is sent while it still runs, so that no process is killed that was not sent its
/// stop signal.
/// </summary>
internal static class StopSteps
{
    public static RunStep Ask(
        in RunContext context, Run run, Outcome outcome, Instant now, ReadOnlySpan<Effect> first)
    {
        var settings = context.Settings;
        var time = ExtensibleDeadline.From(now, settings.StopTimeout);
        var stopping = new Stopping(run, time.Until, outcome) { LastKillAt = time.Latest };
        var told = RunMachine.Report(Notices.ServiceStopping.Of(context.Name, settings.StopSignal, settings.StopTimeout, run.Pid));
        return settings.StopCommand.IsEmpty
            ? new(stopping, [.. first, told, .. Signalled(context, run)])
            : new(stopping with { Progress = new StopProgress.CommandLaunching { SignalAt = SignalAt(context, stopping, now) } },
                [.. first, told, new Effect.SpawnStopCommand(run.Number, run.Pid, settings)]);
    }

    /// <summary>Asks the run to end.</summary>
    public static RunStep Stop(in RunContext context, RunState state, Outcome outcome, Instant now)
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
    public static RunStep OverLimit(in RunContext context, RunState state, string reason, Instant now)
    {
        var outcome = new Outcome.Failing(new Failure(reason, null) { IsOverLimit = true });
        return state switch
        {
            Starting { IsForked: true } s => CleanupSteps.Begin(context, s, s.Run, outcome, now, isUrgent: true),
            // The run waits for no turn: the kernel would not wait either, and other services lack the memory that it holds.
            Starting s => NoLater(Ask(context, s.Run, outcome, now, ReadinessSteps.EndProbe(context, s))),
            Ready s => NoLater(Ask(context, s.Run, outcome, now, ReadinessSteps.EndProbe(context, s))),
            Stopping s => NoLater(s with { KillAt = Instant.Earlier(s.KillAt, now + context.Settings.StopTimeout) }),
            EndingState => state,
            _ => RunMachine.Impossible(state, "OverLimit"),
        };
    }

    /// <summary>Other services lack the memory that the run holds, so the service cannot ask for more time.</summary>
    private static RunStep NoLater(RunStep step) =>
        step.State is Stopping s ? step with { State = s with { LastKillAt = s.KillAt } } : step;

    public static RunStep CommandSpawned(in RunContext context, RunState state, int pid, Instant now) => state switch
    {
        Stopping { Progress: StopProgress.CommandLaunching } s => s with
        {
            Progress = new StopProgress.CommandRunning(pid, SignalAt(context, s, now)),
        },
        // The process that the command was to end has ended, or is being killed.
        Stopping or Killing or OthersStopping or OthersKilling when state is EndingState s =>
            new RunStep(state, [new Effect.KillHelper(s.Run.Number, pid)]),
        _ => RunMachine.Impossible(state, "StopCommandSpawned"),
    };

    public static RunStep CommandEnded(in RunContext context, RunState state, ExitStatus? status)
    {
        if (state is Stopping { Progress: StopProgress.CommandOverdue } overdue)
            return overdue with { Progress = new StopProgress.Signalled() };
        if (state is not Stopping { Progress: StopProgress.CommandLaunching or StopProgress.CommandRunning } s)
            return state is Stopping or Killing or OthersStopping or OthersKilling
                ? state
                : RunMachine.Impossible(state, "StopCommandEnded");
        var signalled = Signalled(context, s.Run);
        return new(s with { Progress = new StopProgress.Signalled() },
            status is { IsSuccess: true }
                ? [.. signalled]
                : [RunMachine.Report(Notices.StopCommandFailed.Of(context.Name, status)), .. signalled]);
    }

    /// <summary>The command is not needed any more once its service has ended or is killed.</summary>
    public static Effect[] EndCommand(in RunContext context, RunState state) =>
        state switch
        {
            Stopping { Progress: StopProgress.CommandRunning c } s => [new Effect.KillHelper(s.Run.Number, c.Pid)],
            Stopping { Progress: StopProgress.CommandOverdue c } s => [new Effect.KillHelper(s.Run.Number, c.Pid)],
            _ => [],
        };

    private static Instant SignalAt(in RunContext context, Stopping state, Instant now) =>
        Instant.Earlier(now + (context.Settings.StopTimeout / 2), state.KillAt);

    /// <summary>
    /// Half of the time is over and the command has not ended; <paramref name="command"/> is null if no answer to its request came.
    /// </summary>
    public static RunStep CommandLate(in RunContext context, Stopping state, StopProgress.CommandRunning? command) =>
        new(state with { Progress = command is null ? new StopProgress.Signalled() : new StopProgress.CommandOverdue(command.Pid) },
            [RunMachine.Report(Notices.StopCommandLate.Of(context.Name, context.Settings.StopTimeout / 2)),
                .. Signalled(context, state.Run)]);

    internal static Effect[] Signalled(in RunContext context, Run run) =>
    [
        new Effect.SignalMain(run.Number, run.Pid, context.Settings.StopSignal),
        // A stopped (SIGSTOP) process does not act on SIGTERM until it continues.
        new Effect.SignalMain(run.Number, run.Pid, Signal.Cont),
    ];
}
