using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

/// <summary>
/// Init for one command.
/// <code>
/// state      | child ends        | signal             | no children left | deadline
/// Running    | TERM the rest;    | to the child,      | (impossible)     | (none set)
///            | Ending            | rewritten          |                  |
/// Ending     | (was reaped once) | TERM INT QUIT: KILL| exit             | KILL the rest; Killing
///            |                   | the rest; Killing  |                  |
/// Killing    | (was reaped once) | nothing            | exit             | exit: it is beyond KILL
/// </code>
/// The exit code is always the child's own; what it leaves behind only gets time to end well.
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
            case (PassThroughState.Running, PassThroughEvent.SignalArrived(var signal)):
                var to = options.Rewrites.GetValueOrDefault(signal.Number, signal.Number);
                return (state, to == 0 ? [] : [new PassThroughEffect.Forward(Signal.FromNumber(to), options.SignalGroup)]);

            case (PassThroughState.Running, PassThroughEvent.ChildEnded(var status)):
                var code = options.TreatedAsSuccess.Contains(status.ShellCode) ? 0 : status.ShellCode;
                return (new PassThroughState.Ending(code, now + options.Grace), [new PassThroughEffect.EndTheRest(Signal.Term)]);

            case (PassThroughState.Running, PassThroughEvent.NoChildrenLeft or PassThroughEvent.DeadlinePassed):
                throw new InvalidOperationException($"bug: {happened} while the child runs");

            case (PassThroughState.Ending, PassThroughEvent.SignalArrived(var again)):
                return again == Signal.Term || again == Signal.Int || again == Signal.Quit ? Kill(state, now) : (state, []);

            case (PassThroughState.Ending, PassThroughEvent.DeadlinePassed):
                return Kill(state, now);

            case (PassThroughState.Killing, PassThroughEvent.SignalArrived):
                return (state, []);

            case (_, PassThroughEvent.NoChildrenLeft):
            case (PassThroughState.Killing, PassThroughEvent.DeadlinePassed):
                return (state, [new PassThroughEffect.Exit(state.ExitCode)]);

            default:
                throw new InvalidOperationException($"bug: {happened} in state {state}");
        }
    }

    private static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Kill(PassThroughState state, Instant now) =>
        (new PassThroughState.Killing(state.ExitCode, now + KillPatience), [new PassThroughEffect.EndTheRest(Signal.Kill)]);
}

public abstract record PassThroughState(int ExitCode, Instant Due) : Case
{
    public sealed record Running() : PassThroughState(0, Instant.Never);
    public sealed record Ending(int Code, Instant KillAt) : PassThroughState(Code, KillAt);
    public sealed record Killing(int Code, Instant GiveUpAt) : PassThroughState(Code, GiveUpAt);
}

public abstract record PassThroughEvent : Case
{
    public sealed record SignalArrived(Signal Signal) : PassThroughEvent;
    public sealed record ChildEnded(ExitStatus Status) : PassThroughEvent;
    public sealed record NoChildrenLeft : PassThroughEvent;
    public sealed record DeadlinePassed : PassThroughEvent;
}

public abstract record PassThroughEffect : Case
{
    /// <summary>Sends to the child, or to its process group.</summary>
    public sealed record Forward(Signal Signal, bool Group) : PassThroughEffect;

    /// <summary>Sends to every process that is left.</summary>
    public sealed record EndTheRest(Signal Signal) : PassThroughEffect;

    public sealed record Exit(int Code) : PassThroughEffect;
}
