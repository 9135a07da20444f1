using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

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
