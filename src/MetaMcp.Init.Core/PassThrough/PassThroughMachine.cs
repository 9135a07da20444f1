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
                var code = options.TreatedAsSuccess.Contains(status.ShellCode) ? 0 : status.ShellCode;
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
        var to = options.Rewrites.GetValueOrDefault(signal.Number, signal.Number);
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

public abstract record PassThroughState(int ExitCode, Instant Due) : Case
{
    public sealed record Running() : PassThroughState(0, Instant.Never);

    /// <summary>The child is stopped, or was told to by us; <paramref name="By"/> is SIGSTOP there.</summary>
    public sealed record Stopped(Signal By) : PassThroughState(0, Instant.Never);

    public sealed record Ending(int Code, Instant KillAt) : PassThroughState(Code, KillAt);
    public sealed record Killing(int Code, Instant GiveUpAt) : PassThroughState(Code, GiveUpAt);
}

public abstract record PassThroughEvent : Case
{
    public sealed record SignalArrived(Signal Signal) : PassThroughEvent;
    public sealed record ChildEnded(ExitStatus Status) : PassThroughEvent;

    /// <param name="By">The signal that stopped it.</param>
    /// <param name="ForegroundIsOurs">Our process group has the terminal, and could give it to the child.</param>
    public sealed record ChildStopped(Signal By, bool ForegroundIsOurs) : PassThroughEvent;

    public sealed record ChildContinued : PassThroughEvent;

    /// <summary>We were to be suspended and were not: we are PID 1, or the kernel knows of no shell above us.</summary>
    public sealed record SuspendRefused : PassThroughEvent;

    public sealed record NoChildrenLeft : PassThroughEvent;
    public sealed record DeadlinePassed : PassThroughEvent;
}

public abstract record PassThroughEffect : Case
{
    /// <summary>Sends to the child, or to its process group.</summary>
    public sealed record Forward(Signal Signal, bool Group) : PassThroughEffect;

    /// <summary>
    /// Takes the terminal back, if the child has it, and stops us, or our whole process group, until SIGCONT comes, which arrives
    /// like any other signal. Answered by <see cref="PassThroughEvent.SuspendRefused"/> if nothing stopped.
    /// </summary>
    public sealed record Suspend(Signal With, bool Group) : PassThroughEffect;

    /// <summary>Gives the terminal to the child's group, if our group has it, and continues that group.</summary>
    public sealed record Resume : PassThroughEffect;

    /// <summary>Sends to every process that is left.</summary>
    public sealed record EndTheRest(Signal Signal) : PassThroughEffect;

    public sealed record Exit(int Code) : PassThroughEffect;
}
