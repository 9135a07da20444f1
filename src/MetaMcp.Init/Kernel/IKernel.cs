using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// The one seam between the machines and the system: wait for what happens, do what is asked. Nothing here decides, and nothing
/// here fails by exception: what goes wrong is the next event.
/// </summary>
internal interface IKernel
{
    Instant Now { get; }

    /// <summary>
    /// When the last wait has looked at what happens: a deadline has passed where it is no later. PID 1 may be stopped at any point of its
    /// turn, and what was said before a deadline is to be heard before that.
    /// </summary>
    Instant LookedAt { get; }

    /// <summary>Sleeps until something happens or the deadline has come, and adds what happened, in order.</summary>
    void Wait(Instant due, Queue<SystemEvent> happened);

    /// <summary>Does it, and adds the answer where the effect has one.</summary>
    void Perform(Effect effect, Queue<SystemEvent> answers);
}
