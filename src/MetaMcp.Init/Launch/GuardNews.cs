using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Launch;

/// <summary>What a guard owes to PID 1 while the server runs. Each is told once, or again after it could not be sent.</summary>
internal sealed class GuardNews(InitConnection connection, LaunchGrant grant, int server, bool isRunner)
{
    private StartWatch? _start;
    private IdleWatch? _idle;
    private bool _isStartOwed;
    private bool _isCloseTold;
    private bool _isLate;

    /// <summary>The server has begun. Only now are the watches made: a server with neither costs neither.</summary>
    public void Begin()
    {
        _isStartOwed = grant.IsStarting && !isRunner;
        if (!(grant.IsStarting && isRunner) && grant.IdleAfter is null)
            return;
        var tree = new ServerTree(server);
        if (grant.IsStarting && isRunner)
            _start = new StartWatch(tree);
        if (grant.IdleAfter is { } after)
            _idle = new IdleWatch(tree, after);
    }

    /// <summary>The time of the next look, or of the next try to send.</summary>
    public Instant Due(Instant now, TimeSpan retryInterval)
    {
        if (!connection.IsOpen)
            return Instant.Never;
        return Instant.Earliest(
            _start?.Due ?? Instant.Never, _idle?.Due ?? Instant.Never, _isLate ? now + retryInterval : Instant.Never);
    }

    public void Tell(bool isStdinClosed)
    {
        if (!connection.IsOpen)
            return;
        var now = MonotonicClock.Now;
        if (_start is not null && now >= _start.Due)
        {
            _start.Look();
            _isStartOwed = _start.IsStarted;
        }
        if (_idle is not null && now >= _idle.Due)
            _idle.Look();
        _isLate = false;
        if (_isStartOwed && Send(new ClientFrame.Started()))
            (_isStartOwed, _start) = (false, null);
        if (isStdinClosed && !_isCloseTold)
            _isCloseTold = Send(new ClientFrame.Closed());
        if (_idle is { HasNews: true } && Send(new ClientFrame.Idle(_idle.IsIdle)))
            _idle.Told();
    }

    /// <summary>The last news: a server whose client has closed its stdin ends as it is meant to.</summary>
    public void TellEnd(bool isStdinClosed, ClientFrame.Exited exited)
    {
        if (isStdinClosed && !_isCloseTold)
            _ = Send(new ClientFrame.Closed());
        _ = Send(exited);
    }

    private bool Send(ClientFrame frame)
    {
        var isSent = connection.TrySend(frame);
        _isLate |= !isSent;
        return isSent;
    }
}
