using System.Diagnostics;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The answer to one event, as it grows: what is to be done, in order, and the events of services that follow. All parts of the supervisor
/// write into it.
/// </summary>
internal sealed class Response
{
    /// <summary>When the event happened.</summary>
    public Instant Now { get; private set; }

    public List<Effect> Effects { get; } = [];

    /// <summary>Events of services that follow from the event.</summary>
    public Queue<(int Service, ServiceEvent Event)> FollowUps { get; } = new();

    /// <summary>Whether the event has changed anything: then it must not be handed over once more.</summary>
    public bool HasTakenEffect { get; set; }

    public void Begin(Instant now)
    {
        Now = now;
        Effects.Clear();
        HasTakenEffect = false;
    }

    public void Add(Effect effect) => Effects.Add(effect);

    public void Tell(Notice notice)
    {
        MayEndHere();
        Effects.Add(new Effect.Report(notice));
    }

    public void Follow(int service, ServiceEvent happened) => FollowUps.Enqueue((service, happened));

    /// <summary>Memory may end here. A release has no such call.</summary>
    [Conditional("DEBUG")]
#pragma warning disable CA1822 // Only a release, which never calls it, has nothing in it.
    public void MayEndHere()
#pragma warning restore CA1822
    {
#if DEBUG
        Allocates?.Invoke();
#endif
    }

#if DEBUG
    /// <summary>Called where memory may end, so that tests can let it end there.</summary>
    public Action? Allocates { get; set; }
#endif
}
