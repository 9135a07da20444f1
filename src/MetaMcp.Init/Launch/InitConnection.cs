using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>The connection to PID 1. After an error it is closed, and nothing more comes from it.</summary>
internal sealed unsafe class InitConnection
{
    /// <summary>PID 1 says every four seconds that the launch waits; clients give up after 10 s at the earliest.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private byte[] _bytes = new byte[1024];
    private int _length;
    private string? _told;

    private InitConnection(int descriptor) => Descriptor = descriptor;

    /// <summary>-1 if it is closed.</summary>
    public int Descriptor { get; private set; }

    public bool IsOpen => Descriptor >= 0;

    /// <summary>Why it was closed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Connects to the socket and checks the process behind it.</summary>
    public static InitConnection? Open(string path, out NoConnection none)
    {
        var descriptor = InitSocket.Connect(path, AnswerTimeout, Late, out none);
        return descriptor < 0 ? null : new InitConnection(descriptor);
    }

    /// <summary>False if the frame cannot be sent now, or never (<see cref="IsOpen"/>).</summary>
    public bool TrySend(ClientFrame frame)
    {
        if (!IsOpen)
            return false;
        var line = LaunchFrames.Encode(frame);
        nint sent;
        fixed (byte* start = line)
            sent = send(Descriptor, start, (nuint)line.Length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == line.Length)
            return true;
        // Half a line cannot be taken back. A socket that takes a hundred bytes takes them whole, so this does not occur.
        if (sent >= 0)
            Close("mcp-init did not take a whole line");
        // PID 1 has closed its end, perhaps after a refusal: the next read finds that, or the end.
        else if (LastError.Number is Errno.EPIPE or Errno.ECONNRESET)
            return true;
        else if (LastError.Number is not (Errno.EAGAIN or Errno.EINTR))
            Close($"mcp-init cannot be told: {LastError}");
        return false;
    }

    /// <summary>The next frame that is here already; null if there is none, or if the connection is closed.</summary>
    public InitFrame? TryRead()
    {
        while (IsOpen)
        {
            if (TakeLine() is { } frame)
                return frame;
            if (!IsOpen || !Receive())
                return null;
        }
        return null;
    }

    /// <summary>The next answer but <c>waiting</c>, which prolongs the deadline; null and <see cref="Problem"/> if none comes.</summary>
    public InitFrame? Await()
    {
        var due = MonotonicClock.Now + AnswerTimeout;
        while (true)
        {
            var frame = TryRead();
            if (frame is InitFrame.Waiting waiting)
            {
                due = MonotonicClock.Now + AnswerTimeout;
                TellPerson(waiting.Reason);
            }
            else if (frame is not null || !IsOpen)
                return frame;
            else if (MonotonicClock.Now >= due)
                Close(Late);
            else
            {
                var readable = new pollfd { fd = Descriptor, events = POLLIN };
                _ = poll(&readable, 1, PollTimeout.Until(due, MonotonicClock.Now));
            }
        }
    }

    public static string Late =>
        $"mcp-init has not answered within {Duration.Format(AnswerTimeout)}; it is stopped or overloaded: try again";

    /// <summary>The end of the time in which an answer has to come.</summary>
    public static Instant AnswerDue => MonotonicClock.Now + AnswerTimeout;

    public void Close(string problem)
    {
        if (!IsOpen)
            return;
        _ = close(Descriptor);
        (Descriptor, Problem, _bytes) = (-1, problem, []);
    }

    /// <summary>A person at a terminal would take the wait for a hang. Told once: the same frame comes every few seconds.</summary>
    private void TellPerson(string reason)
    {
        if (reason != _told && isatty(0) == 1)
            StandardError.TryWriteLine($"mcp-init launch: {_told = reason}");
    }

    private InitFrame? TakeLine()
    {
        var end = _bytes.AsSpan(0, _length).IndexOf((byte)'\n');
        if (end < 0)
        {
            if (_length == LaunchFrames.MostToClient)
                Close("mcp-init has sent a line without an end");
            return null;
        }
        var frame = LaunchFrames.ReadInit(_bytes.AsSpan(0, end), out var problem);
        _bytes.AsSpan(end + 1, _length - end - 1).CopyTo(_bytes);
        _length -= end + 1;
        if (frame is null)
            Close($"mcp-init has sent a line that cannot be read: {problem}");
        return frame;
    }

    /// <summary>False if nothing is here, or the connection is closed.</summary>
    private bool Receive()
    {
        if (_length == _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(LaunchFrames.MostToClient, _bytes.Length * 4));
        nint count;
        fixed (byte* start = _bytes)
            count = recv(Descriptor, start + _length, (nuint)(_bytes.Length - _length), MSG_DONTWAIT);
        if (count > 0)
        {
            _length += (int)count;
            return true;
        }
        if (count == 0 || LastError.Number is not (Errno.EAGAIN or Errno.EINTR))
            Close("mcp-init has closed the connection");
        return false;
    }
}
