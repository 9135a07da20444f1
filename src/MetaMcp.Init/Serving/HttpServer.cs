using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Serving;

/// <summary>
/// One thread, one epoll, at most <see cref="Most"/> connections. Where all are taken, the one that has been quiet between two requests for
/// the longest time makes room; without such a one, clients wait in the kernel until a deadline has ended one.
/// </summary>
internal sealed unsafe class HttpServer
{
    public const int Most = 64;

    private readonly Dictionary<int, HttpConnection> _connections = [];
    private readonly EventPort _port;
    private readonly int _listener;
    private readonly SignalQueue _signals;
    private readonly Func<HttpRequest, HttpResponse> _answer;
    private bool _isAsked;
    private bool _isFull;

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
            _port.Wait(NextDeadline());
            _port.ForEach(OnReady);
            Expire(MonotonicClock.Now);
        }
        return ExitCodes.Success;
    }

    private void OnReady(Ready ready)
    {
        if (ready.Descriptor == _signals.Descriptor)
            while (_signals.TryTake() is { } signal)
                _isAsked |= signal == Signal.Term || signal == Signal.Int;
        else if (ready.Descriptor == _listener)
            Accept();
        else if (_connections.TryGetValue(ready.Descriptor, out var connection))
            Serve(connection);
    }

    private void Serve(HttpConnection connection)
    {
        var wanted = connection.Take(_answer, MonotonicClock.Now);
        if (wanted == 0)
            Close(connection);
        else if (wanted != connection.Watched && _port.Change(connection.Descriptor, wanted).IsSuccess)
            connection.Watched = wanted;
    }

    private void Accept()
    {
        while (true)
        {
            if (_connections.Count == Most && !MakeRoom())
            {
                Watch(isFull: true);
                return;
            }
            var descriptor = accept4(_listener, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (descriptor < 0)
            {
                // EAGAIN: no more of them. EMFILE and the like: they stay in the backlog, which would wake us at once again.
                if (LastError.IsShortage)
                    Watch(isFull: true);
                return;
            }
            var connection = new HttpConnection(descriptor, MonotonicClock.Now) { Watched = EPOLLIN };
            if (_port.Add(descriptor, EPOLLIN).IsSuccess)
                _connections[descriptor] = connection;
            else
                _ = close(descriptor);
        }
    }

    private bool MakeRoom()
    {
        HttpConnection? quietest = null;
        foreach (var connection in _connections.Values)
            if (connection.IsBetweenRequests && (quietest is null || connection.Due < quietest.Due))
                quietest = connection;
        if (quietest is not null)
            Close(quietest);
        return quietest is not null;
    }

    private void Close(HttpConnection connection)
    {
        _ = _connections.Remove(connection.Descriptor);
        _port.Remove(connection.Descriptor);
        _ = close(connection.Descriptor);
        Watch(isFull: false);
    }

    private void Watch(bool isFull)
    {
        if (isFull != _isFull && _port.Change(_listener, isFull ? 0 : EPOLLIN).IsSuccess)
            _isFull = isFull;
    }

    /// <summary>While no connection can be accepted for want of descriptors, it is tried again each second.</summary>
    private Instant NextDeadline()
    {
        var due = _isFull && _connections.Count < Most ? MonotonicClock.Now + TimeSpan.FromSeconds(1) : Instant.Never;
        foreach (var connection in _connections.Values)
            due = Instant.Earlier(due, connection.Due);
        return due;
    }

    private void Expire(Instant now)
    {
        List<HttpConnection>? late = null;
        foreach (var connection in _connections.Values)
            if (connection.Due <= now)
                (late ??= []).Add(connection);
        foreach (var connection in late ?? [])
            Close(connection);
        if (_isFull && _connections.Count < Most)
            Watch(isFull: false);
    }
}
