using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>
/// How many notices of one kind are told in a window of time. Any client can cause them without end, so the others are counted, and the
/// count is told when the window is over.
/// </summary>
public sealed class NoticeRate(int most, TimeSpan window)
{
    private Instant _end = new(0);
    private int _told;
    private int _untold;

    /// <summary>When <see cref="TakeUntold"/> has a count; never if all were told.</summary>
    public Instant Due => _untold > 0 ? _end : Instant.Never;

    /// <summary>Whether one more may be told; if not, it is counted.</summary>
    public bool MayTell(Instant now)
    {
        if (now >= _end)
            (_end, _told) = (now + window, 0);
        if (_told == most)
        {
            _untold++;
            return false;
        }
        _told++;
        return true;
    }

    /// <summary>One is told in any case; it counts as one of those that may be told.</summary>
    public void Tells(Instant now)
    {
        if (!MayTell(now))
            _untold--;
    }

    /// <summary>The number that was not told, once its window is over; to be asked before the next notice, else 0.</summary>
    public int TakeUntold(Instant now)
    {
        if (now < _end)
            return 0;
        var untold = _untold;
        _untold = 0;
        return untold;
    }
}
