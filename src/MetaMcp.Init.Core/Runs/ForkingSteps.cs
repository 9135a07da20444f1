using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// A service that puts itself into the background (<c>man 5 systemd.service</c>, Type=forking): the process that was started ends with 0,
/// and a process that it has left behind is the main process from then on. The pidfile is read at once, and then as often as a starting
/// service is probed. A child reads it, since the file system of the file may hang. Only a process of the run is accepted as its main
/// process.
/// </summary>
internal static class ForkingSteps
{
    /// <summary>The time to read a few bytes; a read that takes longer waits for a file system that hangs.</summary>
    public static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    public static string Unreadable => $"it could not be read within {Duration.Format(ReadPatience)}: its file system does not answer";

    /// <summary>
    /// A daemon that forks twice has a process in between. That process should be gone before the oldest process is taken for the main
    /// one.
    /// </summary>
    private static readonly TimeSpan BeforeGuess = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the process that ended was the first one of a service that has gone into the background.</summary>
    public static bool IsFork(Starting state, Outcome outcome, RunEvent.Exited exited) =>
        state.Readiness is Readiness.AwaitingFork && outcome is Outcome.Success && exited.OthersLeft;

    public static RunStep Forked(in RunContext context, Starting state, Instant now)
    {
        var forked = state with { IsForked = true };
        Effect watch = new Effect.WatchRun(state.Run.Number, state.Run.Pid);
        if (context.Settings.PidFile is null)
            return new(forked with { Readiness = new Readiness.ProbeDue(now + BeforeGuess, 0) }, [watch]);
        var search = Search(context, forked, 0, now);
        return search with { Effects = [watch, .. search.Effects] };
    }

    public static RunStep Search(in RunContext context, Starting state, int tries, Instant now) =>
        new(state with { Readiness = new Readiness.ProbeLaunching(tries) { AnswerBy = now + RunMachine.AnswerPatience } },
            [new Effect.FindMain(state.Run.Number, context.Settings)]);

    /// <summary>The pidfile names a process; the kernel's side checks whether it belongs to the run.</summary>
    public static RunStep Named(in RunContext context, RunState state, int pid, Instant now) =>
        state is Starting { IsForked: true, Readiness: Readiness.ProbeRunning p } s
            ? new RunStep(
                s with { Readiness = new Readiness.ProbeLaunching(p.Tries) { AnswerBy = now + RunMachine.AnswerPatience } },
                [new Effect.TakeMain(s.Run.Number, pid)])
            : state;

    /// <summary>
    /// The run has another main process; its state stays the same otherwise. The end of a main process that is not our child has to be
    /// asked for.
    /// </summary>
    public static RunStep MainChanged(in RunContext context, RunState state, RunEvent.MainChanged main, Instant now)
    {
        // A sweep that was requested earlier reports the same main process again.
        if (state is not Starting { IsForked: true } && RunPredicates.MainOf(state) == main.Pid)
            return state;
        Effect[] first = main.ForeignStart is { } startTime
            ? [RunMachine.Report(Notices.MainChanged.Of(context.Name, main.Pid)), new Effect.WatchMain(state.Number, main.Pid, startTime)]
            : [RunMachine.Report(Notices.MainChanged.Of(context.Name, main.Pid))];
        switch (state)
        {
            // A service that has named its main process is in the background, even if the first process has not ended.
            case Starting { IsForked: true } or Starting { Readiness: Readiness.AwaitingFork } when state is Starting s:
                var ready = ReadinessSteps.InBackground(
                    context, s with { Run = s.Run.With(main), IsForked = false, LastProbe = null }, now);
                return ready with { Effects = [.. first, .. ready.Effects] };
            case Starting s:
                return new(s with { Run = s.Run.With(main) }, [.. first]);
            case Ready s:
                return new(s with { Run = s.Run.With(main) }, [.. first]);
            // The main process before this one was asked to end; this one was not.
            case Stopping { Progress: StopProgress.Signalled or StopProgress.CommandOverdue } s:
                var next = s with { Run = s.Run.With(main) };
                return new(next, [.. first, .. StopSteps.Signalled(context, next.Run)]);
            // The main process was found just before the whole run was to end: the run ends like any run that has a main process.
            case OthersWaiting s:
                return new(new AwaitingStop(s.Run.With(main), s.Outcome) { LookAt = s.LookAt }, [.. first]);
            case OthersStopping s:
                return new(new Stopping(s.Run.With(main), s.KillAt, s.Outcome), [.. first]);
            case OthersKilling s:
                return new(new Killing(s.Run.With(main), s.Outcome, s.Kills, s.AgainAt), [.. first]);
            case EndingState s:
                return new(s with { Run = s.Run.With(main) }, [.. first]);
            default:
                return state;
        }
    }

    /// <summary>Every process of the run has ended while the main process was looked for.</summary>
    public static RunStep Ended(in RunContext context, Starting state) =>
        new(new Over(state.Number, new Outcome.Failing(new Failure($"all of it ended{Why(context, state)}", null))),
            [.. ReadinessSteps.EndProbe(context, state)]);

    /// <summary>Why the main process is not known yet: the end of the message that the service is late.</summary>
    public static string Why(in RunContext context, Starting state) =>
        context.Settings.PidFile is { } path
            ? $" before its pidfile {path} named its main process: {state.LastProbe ?? "it was not read yet"}"
            : $" before its main process was known: {state.LastProbe ?? "it was not looked for yet"}";
}
