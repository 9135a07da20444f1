using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// The one seam between the machines and the system: it waits for events and performs effects. It decides nothing and throws nothing:
/// a failure is the next event.
/// </summary>
internal interface IKernel
{
    Instant Now { get; }

    /// <summary>
    /// The time at which the last wait looked for events. A deadline has passed if it is not later than this time: PID 1 may be
    /// stopped at any point of its turn, and an event from before the deadline must be read before the deadline counts.
    /// </summary>
    Instant LookedAt { get; }

    /// <summary>Sleeps until something is ready or the deadline has come, and adds the events, in order.</summary>
    void Wait(Instant due, Queue<SystemEvent> happened);

    /// <summary>Performs the effect, and adds the answer if the effect has one.</summary>
    void Perform(Effect effect, Queue<SystemEvent> answers);
}
