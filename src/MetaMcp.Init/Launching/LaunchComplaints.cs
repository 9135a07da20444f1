using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Tells the operator of clients that are turned away at the socket, which any process can cause as often as it likes: so many lines a
/// minute, and then a count.
/// </summary>
internal sealed class LaunchComplaints(Action<Notice> tell)
{
    private const int MostLines = 6;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private Instant _end = new(0);
    private int _lines;
    private int _more;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due => _more > 0 ? _end : Instant.Never;

    /// <param name="pid">The process that connected.</param>
    /// <param name="user">Its user.</param>
    /// <param name="reason">A sentence without a full stop, in our own words.</param>
    /// <param name="now">The time.</param>
    public void Add(int pid, uint user, string reason, Instant now)
    {
        Expire(now);
        if (now >= _end)
            (_end, _lines) = (now + Period, 0);
        if (_lines == MostLines)
        {
            _more++;
            return;
        }
        _lines++;
        tell(Notices.LaunchTurnedAway.Of(pid, (long)user, reason));
    }

    /// <summary>Tells the count of a period that is over.</summary>
    public void Expire(Instant now)
    {
        if (_more == 0 || now < _end)
            return;
        var more = _more;
        _more = 0;
        tell(Notices.MoreLaunchesTurnedAway.Of(more));
    }
}
