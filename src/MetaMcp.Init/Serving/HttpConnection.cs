using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Serving;

/// <summary>
/// One client. A request has to come, and its answer to be taken, in ten seconds each, however slowly the bytes do; between two requests
/// the client may be quiet for longer, since Prometheus asks each fifteen.
/// </summary>
internal sealed unsafe class HttpConnection(int descriptor, Instant now)
{
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <summary>Requests that a client sends without waiting for answers, in one turn.</summary>
    private const int MostPerTurn = 4;

    /// <summary>Bytes that came behind the end of the input of a client that is to be told of its mistake.</summary>
    private const int MostDrained = 64 * 1024;

    private readonly byte[] _input = new byte[HttpRequestParser.MaxHead];
    private int _length;
    private byte[] _head = [];
    private byte[] _body = [];
    private int _sent;
    private bool _isLast;
    private bool _isDraining;
    private int _drained;

    public int Descriptor => descriptor;

    /// <summary>When the client is given up.</summary>
    public Instant Due { get; private set; } = now + RequestTime;

    /// <summary>The EPOLL* bits that are waited for.</summary>
    public uint Watched { get; set; }

    /// <summary>When it came.</summary>
    public Instant Began { get; } = now;

    /// <summary>The body that is not sent to its end, which other clients may get as well; null if there is none.</summary>
    public byte[]? Kept => IsSending && _body.Length > 0 ? _body : null;

    /// <summary>The head of its request has not come.</summary>
    public bool IsIncomplete => !IsBetweenRequests && !_isDraining && !IsSending;

    /// <summary>It has been answered and has not begun another request.</summary>
    public bool IsBetweenRequests { get; private set; }

    private bool IsSending => _sent < _head.Length + _body.Length;

    /// <summary>Takes what can be read or written now.</summary>
    /// <returns>The EPOLL* bits to wait for; 0 if the connection is over.</returns>
    public uint Take(Func<HttpRequest, HttpResponse> answer, Instant now)
    {
        if (_isDraining)
            return Drain();
        for (var turn = 0; turn < MostPerTurn; turn++)
        {
            if (!TrySend(now, out var isLost))
                return isLost ? 0 : EPOLLOUT;
            if (_isLast)
                return StartDraining(now);
            if (!TryAnswer(answer, now, out var isOver))
                return isOver ? 0 : EPOLLIN;
        }
        return EPOLLIN | EPOLLOUT;
    }

    /// <summary>True if nothing is left to send.</summary>
    private bool TrySend(Instant now, out bool isLost)
    {
        isLost = false;
        while (IsSending)
        {
            // The body belongs to all who get it, so the head is not put before it.
            var isHead = _sent < _head.Length;
            var (part, at) = isHead ? (_head, _sent) : (_body, _sent - _head.Length);
            nint count;
            fixed (byte* start = part)
                count = send(
                    descriptor, start + at, (nuint)(part.Length - at), isHead && _body.Length > 0 ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL);
            if (count <= 0)
            {
                isLost = !IsLater(LastError);
                return false;
            }
            _sent += (int)count;
            if (!IsSending)
                (_head, _body, _sent, Due, IsBetweenRequests) = ([], [], 0, now + QuietTime, true);
        }
        return true;
    }

    /// <summary>True if there is an answer to send.</summary>
    private bool TryAnswer(Func<HttpRequest, HttpResponse> answer, Instant now, out bool isOver)
    {
        isOver = false;
        // What was read with the request before comes first.
        var parsed = HttpRequestParser.Parse(_input.AsSpan(0, _length));
        if (parsed is HttpParse.Incomplete)
        {
            if (!TryReceive(now, out isOver))
                return false;
            parsed = HttpRequestParser.Parse(_input.AsSpan(0, _length));
        }
        switch (parsed)
        {
            case HttpParse.Complete(var request, var length):
                _isLast = !request.KeepsAlive;
                Answer(answer(request), request.IsHead, now);
                _input.AsSpan(length, _length - length).CopyTo(_input);
                _length -= length;
                return true;
            case HttpParse.Refused refused:
                _isLast = true;
                Answer(HttpResponse.Of(refused), isHead: false, now);
                return true;
            default:
                return false;
        }
    }

    private void Answer(HttpResponse response, bool isHead, Instant now)
    {
        _head = response.Head(!_isLast, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        _body = isHead ? [] : response.Body;
        (_sent, Due, IsBetweenRequests) = (0, now + RequestTime, false);
    }

    /// <summary>True if bytes came. The parser has refused before the input is full.</summary>
    private bool TryReceive(Instant now, out bool isOver)
    {
        nint count;
        fixed (byte* start = _input)
            count = recv(descriptor, start + _length, (nuint)(_input.Length - _length), 0);
        isOver = count == 0 || (count < 0 && !IsLater(LastError));
        if (count <= 0)
            return false;
        _length += (int)count;
        if (IsBetweenRequests)
            (Due, IsBetweenRequests) = (now + RequestTime, false);
        return true;
    }

    /// <summary>
    /// The end is said and the rest of the input read: closed with unread input, the kernel would reset the connection, and the client
    /// might not see the answer.
    /// </summary>
    private uint StartDraining(Instant now)
    {
        (_isDraining, IsBetweenRequests, Due) = (true, false, now + DrainTime);
        return shutdown(descriptor, SHUT_WR) == 0 ? Drain() : 0;
    }

    private uint Drain()
    {
        nint count;
        fixed (byte* start = _input)
            count = recv(descriptor, start, (nuint)_input.Length, 0);
        _drained += (int)Math.Max(count, 0);
        return count > 0 || (count < 0 && IsLater(LastError)) ? _drained > MostDrained ? 0 : EPOLLIN : 0;
    }

    /// <summary>Nothing can be read or written now.</summary>
    private static bool IsLater(Errno error) => error.Number is Errno.EAGAIN or Errno.EINTR;
}
