using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// A service that puts itself into the background (<c>man 5 systemd.service</c>, Type=forking): the process that was started ends with 0,
/// and one that it has left is the main process from then on. Its pidfile is read at once, then as often as a probe is tried while a
/// service starts, by a child, since the file may be on a file system that hangs. Only a process of the run is believed to be its main
/// process.
/// </summary>
internal static class ForkingSteps
{
    /// <summary>To read a few bytes: what takes longer waits for a file system that hangs.</summary>
    public static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    public static string Unreadable => $"it could not be read within {Duration.Format(ReadPatience)}: its file system does not answer";

    /// <summary>A daemon that forks twice has a process in between, which should be gone before the oldest is taken.</summary>
    private static readonly TimeSpan BeforeGuess = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the end of its process is that of one which has gone into the background.</summary>
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

    /// <summary>Whether it may be the main process, the kernel's side knows.</summary>
    public static RunStep Named(in RunContext context, RunState state, int pid, Instant now) =>
        state is Starting { IsForked: true, Readiness: Readiness.ProbeRunning p } s
            ? new RunStep(
                s with { Readiness = new Readiness.ProbeLaunching(p.Tries) { AnswerBy = now + RunMachine.AnswerPatience } },
                [new Effect.TakeMain(s.Run.Number, pid)])
            : state;

    /// <summary>Whatever it was doing, it does with another process.</summary>
    public static RunStep MainChanged(in RunContext context, RunState state, int pid, Instant now)
    {
        var told = RunMachine.Report(new Notice.MainChanged(context.Name, pid));
        // Told once more, by a comparison that was asked for before.
        if (state is not Starting { IsForked: true } && RunPredicates.MainOf(state) == pid)
            return state;
        switch (state)
        {
            // A service that has named its main process is in the background, whether the first process has ended or not.
            case Starting { IsForked: true } or Starting { Readiness: Readiness.AwaitingFork } when state is Starting s:
                var ready = ReadinessSteps.InBackground(
                    context, s with { Run = s.Run with { Pid = pid }, IsForked = false, LastProbe = null }, now);
                return ready with { Effects = [told, .. ready.Effects] };
            case Starting s:
                return new(s with { Run = s.Run with { Pid = pid } }, [told]);
            case Ready s:
                return new(s with { Run = s.Run with { Pid = pid } }, [told]);
            // The one before was asked to end; this one was not.
            case Stopping { Progress: StopProgress.Signalled or StopProgress.CommandOverdue } s:
                var next = s with { Run = s.Run with { Pid = pid } };
                return new(next, [told, .. StopSteps.Signalled(context, next.Run)]);
            // It was taken just before all of the run was to end: it ends like any that has a main process.
            case OthersWaiting s:
                return new(new AwaitingStop(s.Run with { Pid = pid }, s.Outcome) { LookAt = s.LookAt }, [told]);
            case OthersStopping s:
                return new(new Stopping(s.Run with { Pid = pid }, s.KillAt, s.Outcome), [told]);
            case OthersKilling s:
                return new(new Killing(s.Run with { Pid = pid }, s.Outcome, s.Kills, s.AgainAt), [told]);
            case EndingState s:
                return new(s with { Run = s.Run with { Pid = pid } }, [told]);
            default:
                return state;
        }
    }

    /// <summary>All of it has ended while its main process was looked for.</summary>
    public static RunStep Ended(in RunContext context, Starting state) =>
        new(new Over(state.Number, new Outcome.Failing(new Failure($"all of it ended{Why(context, state)}", null))),
            [.. ReadinessSteps.EndProbe(context, state)]);

    /// <summary>Why its main process is not known yet, to follow the news that it is late.</summary>
    public static string Why(in RunContext context, Starting state) =>
        context.Settings.PidFile is { } path
            ? $" before its pidfile {path} named its main process: {state.LastProbe ?? "it was not read yet"}"
            : $" before its main process was known: {state.LastProbe ?? "it was not looked for yet"}";
}
