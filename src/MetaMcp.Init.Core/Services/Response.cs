using System.Diagnostics;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The answer to one event while it is put together: the effects in their order, and the events of services that follow. All parts of the
/// supervisor write into it.
/// </summary>
internal sealed class Response
{
    /// <summary>The time of the event.</summary>
    public Instant Now { get; private set; }

    public List<Effect> Effects { get; } = [];

    /// <summary>Events of services that follow from the event.</summary>
    public Queue<(int Service, ServiceEvent Event)> FollowUps { get; } = new();

    /// <summary>Whether the event has changed anything; if so, it must not be handled again.</summary>
    public bool HasTakenEffect { get; set; }

    public void Begin(Instant now)
    {
        Now = now;
        Effects.Clear();
        HasTakenEffect = false;
    }

    public void Add(Effect effect) => Effects.Add(effect);

    /// <param name="notice">The message.</param>
    /// <param name="run">The number of the run, or of the orphan's entry, that it is about; 0 for none.</param>
    public void Tell(Notice notice, long run = 0)
    {
        MayEndHere();
        notice.Run = run;
        Effects.Add(new Effect.Report(notice));
    }

    public void Follow(int service, ServiceEvent happened) => FollowUps.Enqueue((service, happened));

    /// <summary>Marks a place where memory may run out. A release build has no such call.</summary>
    [Conditional("DEBUG")]
#pragma warning disable CA1822 // A release build never calls this method, and there it is empty.
    public void MayEndHere()
#pragma warning restore CA1822
    {
#if DEBUG
        Allocates?.Invoke();
#endif
    }

#if DEBUG
    /// <summary>Called where memory may run out, so that tests can let it run out there.</summary>
    public Action? Allocates { get; set; }
#endif
}
