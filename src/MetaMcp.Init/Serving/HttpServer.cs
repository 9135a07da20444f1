using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Serving;

/// <summary>
/// One thread, one epoll, at most <see cref="HttpConnections.Most"/> connections. Where all are taken and are being answered, clients wait
/// in the kernel until a deadline has ended one.
/// </summary>
internal sealed unsafe class HttpServer
{
    /// <summary>The kernel's memory for an answer that a client does not take is counted as ours.</summary>
    private const int SendBuffer = 32 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly HttpConnections _connections = new();
    private readonly EventPort _port;
    private readonly int _listener;
    private readonly SignalQueue _signals;
    private readonly Func<HttpRequest, HttpResponse> _answer;
    private bool _isAsked;
    private bool _hasNewcomers;
    private bool _isListening = true;
    private TimeSpan _pause = FirstPause;
    private Instant _retry;

    public HttpServer(EventPort port, int listener, SignalQueue signals, Func<HttpRequest, HttpResponse> answer)
    {
        (_port, _listener, _signals, _answer) = (port, listener, signals, answer);
        _ = port.Add(signals.Descriptor, EPOLLIN);
        _ = port.Add(listener, EPOLLIN);
    }

    /// <summary>Until SIGTERM or SIGINT.</summary>
    public int Run()
    {
        while (!_isAsked)
        {
            var due = _connections.Due;
            _port.Wait(_retry > MonotonicClock.Now ? Instant.Earlier(due, _retry) : due);
            _hasNewcomers = false;
            _port.ForEach(OnReady);
            foreach (var late in _connections.Late(MonotonicClock.Now))
                Close(late);
            // Behind those that are here, so that a request that has come is seen before its client could have to make room.
            if (_hasNewcomers)
                Accept(MonotonicClock.Now);
            Listen(MonotonicClock.Now);
        }
        return ExitCodes.Success;
    }

    private void OnReady(Ready ready)
    {
        if (ready.Descriptor == _signals.Descriptor)
            while (_signals.TryTake() is { } signal)
                _isAsked |= signal == Signal.Term || signal == Signal.Int;
        else if (ready.Descriptor == _listener)
            _hasNewcomers = true;
        else if (_connections.Find(ready.Descriptor) is { } connection)
            Serve(connection);
    }

    private void Serve(HttpConnection connection)
    {
        var wanted = connection.Take(_answer, MonotonicClock.Now);
        if (wanted == 0)
            Close(connection);
        else if (wanted != connection.Watched && _port.Change(connection.Descriptor, wanted).IsSuccess)
            connection.Watched = wanted;
        while (connection.Kept is not null && _connections.TooMuch(connection) is { } other)
            Close(other);
    }

    /// <summary>So many in a turn that none of them has to make room for another before it was looked at.</summary>
    private void Accept(Instant now)
    {
        for (var count = 0; count < HttpConnections.Most; count++)
        {
            var other = _connections.IsFull ? _connections.Dispensable(now) : null;
            if (_connections.IsFull && other is null)
                return;
            var descriptor = accept4(_listener, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (descriptor < 0)
            {
                // With an error such as EMFILE they stay in the backlog, which would wake us at once again.
                if (LastError.Number != Errno.EAGAIN)
                    Pause(now);
                return;
            }
            if (other is not null)
                Close(other);
            var size = SendBuffer;
            _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof(int));
            if (_port.Add(descriptor, EPOLLIN) is { IsSuccess: false })
            {
                _ = close(descriptor);
                Pause(now);
                return;
            }
            _connections.Add(new HttpConnection(descriptor, now) { Watched = EPOLLIN });
            _pause = FirstPause;
        }
    }

    private void Pause(Instant now)
    {
        _retry = now + _pause;
        _pause = 2 * _pause < LongestPause ? 2 * _pause : LongestPause;
    }

    private void Close(HttpConnection connection)
    {
        _connections.Remove(connection);
        _port.Remove(connection.Descriptor);
        _ = close(connection.Descriptor);
    }

    /// <summary>Waits for newcomers where the next turn can take one, and for nothing that would wake us in vain.</summary>
    private void Listen(Instant now)
    {
        var can = now >= _retry && (!_connections.IsFull || _connections.Dispensable(Instant.Never) is not null);
        if (can != _isListening && _port.Change(_listener, can ? EPOLLIN : 0).IsSuccess)
            _isListening = can;
    }
}
