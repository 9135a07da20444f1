using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Tells the operator of clients that are turned away at the socket, which any process can cause as often as it likes: so many lines a
/// minute, and then a count.
/// </summary>
internal sealed class LaunchComplaints(Action<Notice> tell)
{
    private readonly NoticeRate _rate = new(6, TimeSpan.FromMinutes(1));

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due => _rate.Due;

    /// <param name="pid">The process that connected.</param>
    /// <param name="user">Its user.</param>
    /// <param name="reason">A sentence without a full stop, in our own words.</param>
    /// <param name="now">The time.</param>
    public void Add(int pid, uint user, string reason, Instant now)
    {
        Expire(now);
        if (_rate.MayTell(now))
            tell(Notices.LaunchTurnedAway.Of(pid, user, reason));
    }

    /// <summary>Tells the count of a minute that is over.</summary>
    public void Expire(Instant now)
    {
        if (_rate.TakeUntold(now) is > 0 and var more)
            tell(Notices.MoreLaunchesTurnedAway.Of(more));
    }
}
