using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How a service is asked to end: by its stop_command if it has one, then by its stop signal; both within stop_timeout. The signal
/// comes also after a command that did its work, as with systemd's ExecStop: the service may have children that it did not reach.
/// A command that takes more than half of the time goes on, and the signal is sent beside it: nothing is killed that had no signal.
/// </summary>
internal static class StopSteps
{
    public static RunStep Ask(
        in RunContext context, Run run, Outcome outcome, Instant now, ReadOnlySpan<Effect> first)
    {
        var settings = context.Settings;
        var time = Patience.From(now, settings.StopTimeout);
        var stopping = new Stopping(run, time.Until, outcome) { LastKillAt = time.Latest };
        var told = RunMachine.Report(new Notice.Stopping(context.Name, run.Pid, settings.StopSignal, settings.StopTimeout));
        return settings.StopCommand.IsEmpty
            ? new(stopping, [.. first, told, .. Signalled(context, run)])
            : new(stopping with { Progress = new StopProgress.CommandLaunching { SignalAt = SignalAt(context, stopping, now) } },
                [.. first, told, new Effect.SpawnStopCommand(run.Number, run.Pid, settings)]);
    }

    public static RunStep CommandSpawned(in RunContext context, RunState state, int pid, Instant now) => state switch
    {
        Stopping { Progress: StopProgress.CommandLaunching } s => s with
        {
            Progress = new StopProgress.CommandRunning(pid, SignalAt(context, s, now)),
        },
        // What it was to end has ended, or is being killed.
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
                : [RunMachine.Report(new Notice.StopCommandFailed(context.Name, status)), .. signalled]);
    }

    /// <summary>Nothing of the command is wanted once its service has ended or is killed.</summary>
    public static Effect[] EndCommand(in RunContext context, RunState state) =>
        state switch
        {
            Stopping { Progress: StopProgress.CommandRunning c } s => [new Effect.KillHelper(s.Run.Number, c.Pid)],
            Stopping { Progress: StopProgress.CommandOverdue c } s => [new Effect.KillHelper(s.Run.Number, c.Pid)],
            _ => [],
        };

    private static Instant SignalAt(in RunContext context, Stopping state, Instant now) =>
        Instant.Earlier(now + (context.Settings.StopTimeout / 2), state.KillAt);

    /// <summary>Half of the time is over and the command is not; null where it was asked for and no answer came.</summary>
    public static RunStep CommandLate(in RunContext context, Stopping state, StopProgress.CommandRunning? command) =>
        new(state with { Progress = command is null ? new StopProgress.Signalled() : new StopProgress.CommandOverdue(command.Pid) },
            [RunMachine.Report(new Notice.StopCommandLate(context.Name, context.Settings.StopTimeout / 2)),
                .. Signalled(context, state.Run)]);

    internal static Effect[] Signalled(in RunContext context, Run run) =>
    [
        new Effect.SignalMain(run.Number, run.Pid, context.Settings.StopSignal),
        // What is stopped takes no SIGTERM until it continues.
        new Effect.SignalMain(run.Number, run.Pid, Signal.Cont),
    ];
}
