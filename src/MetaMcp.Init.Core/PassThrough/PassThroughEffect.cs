using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

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
