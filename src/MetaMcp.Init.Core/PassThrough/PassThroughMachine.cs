using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

/// <summary>
/// Init for one command.
/// <code>
/// event            | Running               | Stopped                  | Ending                | Killing
/// signal           | to the child,         | the same; SIGCONT:       | TERM INT QUIT: KILL   | nothing
///                  | rewritten             | resume; Running          | the rest; Killing     |
/// child ends       | TERM the rest; Ending | as Running               | (was reaped once)     | (was reaped once)
/// child stops      | suspend us; Stopped   | nothing                  | (was reaped once)     | (was reaped once)
/// child goes on    | nothing               | Running                  | (was reaped once)     | (was reaped once)
/// suspend refused  | (impossible)          | by Ctrl-Z: resume;       | (impossible)          | (impossible)
///                  |                       | Running                  |                       |
/// no children left | (impossible)          | (impossible)             | exit                  | exit
/// deadline         | (none set)            | (none set)               | KILL the rest; Killing| exit: it is beyond KILL
/// </code>
/// A stop signal that is sent to us (TSTP, TTIN, TTOU) suspends us too, even if it is rewritten, as in dumb-init; one that is dropped
/// does nothing. A child that stops because it used the terminal from the background is resumed at once if we may give it the
/// foreground. The exit code is always the child's own; the processes that it leaves behind only get time to end well.
/// </summary>
public static class PassThroughMachine
{
    /// <summary>A process in uninterruptible sleep takes no SIGKILL; it must not hold the container for ever.</summary>
    public static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);

    public static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Step(
        PassThroughOptions options, PassThroughState state, PassThroughEvent happened, Instant now)
    {
        ArgumentNullException.ThrowIfNull(options);
        switch (state, happened)
        {
            case (PassThroughState.Running or PassThroughState.Stopped, PassThroughEvent.SignalArrived(var signal)):
                return Pass(options, state, signal);

            case (PassThroughState.Running or PassThroughState.Stopped, PassThroughEvent.ChildEnded(var status)):
                var code = options.TreatedAsSuccess.AsSpan().Contains(status.ShellCode) ? 0 : status.ShellCode;
                return (new PassThroughState.Ending(code, now + options.Grace), [new PassThroughEffect.EndTheRest(Signal.Term)]);

            case (PassThroughState.Running or PassThroughState.Stopped, PassThroughEvent.ChildStopped(var by, true))
                when UsedTheTerminal(by):
                return Resumed();

            case (PassThroughState.Running, PassThroughEvent.ChildStopped(var by, _)):
                return (new PassThroughState.Stopped(by), [Suspend(by)]);

            // The child was told to stop, and now it has stopped.
            case (PassThroughState.Stopped, PassThroughEvent.ChildStopped):
                return (state, []);

            case (PassThroughState.Running or PassThroughState.Stopped, PassThroughEvent.ChildContinued):
                return (new PassThroughState.Running(), []);

            // No shell is above us that could continue anything: the kernel discards a Ctrl-Z there, and so do we.
            case (PassThroughState.Stopped(var by), PassThroughEvent.SuspendRefused):
                return by == Signal.Tstp ? Resumed() : (state, []);

            case (PassThroughState.Ending, PassThroughEvent.SignalArrived(var again)):
                return again == Signal.Term || again == Signal.Int || again == Signal.Quit ? Kill(state, now) : (state, []);

            case (PassThroughState.Ending, PassThroughEvent.DeadlinePassed):
                return Kill(state, now);

            case (PassThroughState.Killing, PassThroughEvent.SignalArrived):
                return (state, []);

            case (PassThroughState.Ending or PassThroughState.Killing, PassThroughEvent.NoChildrenLeft):
            case (PassThroughState.Killing, PassThroughEvent.DeadlinePassed):
                return (state, [new PassThroughEffect.Exit(state.ExitCode)]);

            default:
                throw new InvalidOperationException($"bug: {happened} in state {state}");
        }
    }

    private static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Pass(
        PassThroughOptions options, PassThroughState state, Signal signal)
    {
        var to = signal.Number;
        foreach (var rewrite in options.Rewrites)
            if (rewrite.From == signal.Number)
                to = rewrite.To;
        if (state is PassThroughState.Stopped && signal == Signal.Cont)
        {
            // A process group that was stopped continues as a whole, even if the signal is rewritten for the child.
            return to == 0 || to == Signal.Cont.Number
                ? Resumed()
                : (new PassThroughState.Running(), [new PassThroughEffect.Resume(), Forward(options, to)]);
        }
        if (to == 0)
            return (state, []);
        return signal == Signal.Tstp || UsedTheTerminal(signal)
            ? (new PassThroughState.Stopped(Signal.Stop), [Forward(options, to), Suspend(Signal.Stop, group: false)])
            : (state, [Forward(options, to)]);
    }

    private static PassThroughEffect.Forward Forward(PassThroughOptions options, int to) => new(Signal.FromNumber(to), options.SignalGroup);

    private static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Resumed() =>
        (new PassThroughState.Running(), [new PassThroughEffect.Resume()]);

    /// <summary>
    /// Suspends us as the kernel would have, had the child been in our group: for a stop by the keyboard or the terminal the whole
    /// group, else one process. SIGTSTP in place of SIGSTOP, because the kernel then checks whether a shell could continue us.
    /// </summary>
    private static PassThroughEffect.Suspend Suspend(Signal by) =>
        by == Signal.Stop ? Suspend(Signal.Tstp, group: false) : Suspend(by, group: true);

    private static PassThroughEffect.Suspend Suspend(Signal with, bool group) => new(with, group);

    private static bool UsedTheTerminal(Signal by) => by == Signal.Ttin || by == Signal.Ttou;

    private static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Kill(PassThroughState state, Instant now) =>
        (new PassThroughState.Killing(state.ExitCode, now + KillPatience), [new PassThroughEffect.EndTheRest(Signal.Kill)]);
}
