using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Connecting;

/// <summary>
/// A connection to our init, to ask it things: by the socket for full rights if this user may, else by the one where any user may look.
/// </summary>
internal sealed unsafe class ControlClient : IDisposable
{
    /// <summary>A PID 1 that answers at all does so in a millisecond.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int MostLine = 1 << 20;

    private byte[] _bytes = new byte[16384];
    private int _start;
    private int _length;

    private ControlClient(int descriptor, bool mayAct) => (Descriptor, MayAct) = (descriptor, mayAct);

    /// <summary>For poll; -1 once the connection is lost.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Whether this socket gives full rights.</summary>
    public bool MayAct { get; }

    public bool IsLost => Descriptor < 0;

    /// <summary>
    /// No more can be asked here. Between two answers nothing comes but the end: PID 1 drops who asks nothing for long.
    /// </summary>
    public bool IsOver
    {
        get
        {
            var readable = new pollfd { fd = Descriptor, events = POLLIN };
            return IsLost || _length > 0 || poll(&readable, 1, 0) != 0;
        }
    }

    /// <summary>Null and the reason if there is no init to ask.</summary>
    /// <param name="problem">The reason.</param>
    /// <param name="mayAct">False for one that only looks, whoever it is.</param>
    public static ControlClient? Open(out string problem, bool mayAct = true)
    {
        problem = "";
        RuntimePaths.Begin();
        var isLate = false;
        do
        {
            _ = RuntimePaths.Socket;
            foreach (var (path, isFull) in ((string, bool)[])[(RuntimePaths.ControlSocket, true), (RuntimePaths.Socket, false)])
            {
                if (isFull && !mayAct)
                    continue;
                var descriptor = InitSocket.Connect(
                    path, Patience, $"{path}: mcp-init does not answer", out var none, RuntimePaths.IsChosen);
                if (descriptor >= 0)
                {
                    // Ours may be the one before it, which did not answer for once.
                    if (!isLate)
                        RuntimePaths.Keep();
                    return new ControlClient(descriptor, isFull);
                }
                isLate |= !none.IsAbsent;
                if (problem.Length == 0)
                    problem = none.Reason;
            }
        }
        while (RuntimePaths.GoOn());
        problem = $"no mcp-init can be asked: {problem}; run this where mcp-init runs (docker exec CONTAINER mcp-init …), or set " +
            $"{LaunchPaths.RuntimeVariable} to its runtime_dir";
        return null;
    }

    /// <summary>
    /// False if the connection is lost. One that PID 1 has closed already is not: the reason may wait to be read.
    /// </summary>
    public bool Ask(ControlRequest request)
    {
        if (IsLost)
            return false;
        var line = ControlFrames.Encode(request);
        fixed (byte* start = line)
            _ = send(Descriptor, start, (nuint)line.Length, MSG_NOSIGNAL);
        return true;
    }

    /// <summary>The next row that is known; null if the time is up, the connection is lost, or nothing reads our output.</summary>
    /// <param name="timeout">Null to wait as long as it takes.</param>
    /// <param name="output">A descriptor for whose reader the row is; -1 for none.</param>
    public StatusRow? Next(TimeSpan? timeout = null, int output = -1)
    {
        var due = timeout is { } time ? MonotonicClock.Now + time : Instant.Never;
        while (!IsLost)
        {
            var rest = _bytes.AsSpan(_start, _length);
            if (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                (_start, _length) = (_start + end + 1, _length - end - 1);
                if (StatusReader.Read(rest[..end]) is { } row)
                    return row;
                // A row of a newer init.
                continue;
            }
            if (!Receive(due, output))
                return null;
        }
        return null;
    }

    /// <summary>
    /// The answer, its end included; null if it does not come, and then the connection is closed: what comes late must not be taken for
    /// the answer to the next request.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">For each row.</param>
    /// <param name="onRow">Takes each row as it comes, while PID 1 makes the others.</param>
    public List<StatusRow>? Answer(ControlRequest request, TimeSpan? timeout = null, Action<StatusRow>? onRow = null)
    {
        if (!Ask(request))
            return null;
        var rows = new List<StatusRow>();
        while (Next(timeout ?? Patience) is { } row)
        {
            rows.Add(row);
            if (row is EndRow)
                return rows;
            onRow?.Invoke(row);
        }
        Dispose();
        return null;
    }

    public void Dispose()
    {
        if (Descriptor >= 0)
            _ = close(Descriptor);
        Descriptor = -1;
    }

    private bool Receive(Instant due, int output)
    {
        var ready = stackalloc pollfd[2];
        ready[0] = new pollfd { fd = Descriptor, events = POLLIN };
        // Without events it tells that its other end is gone, and a descriptor of -1 tells nothing.
        ready[1] = new pollfd { fd = output };
        var left = PollTimeout.Until(due, MonotonicClock.Now);
        if ((poll(ready, 2, left) == 0 && MonotonicClock.Now >= due) || ready[1].revents != 0)
            return false;
        if (_start > 0)
            _bytes.AsSpan(_start, _length).CopyTo(_bytes);
        _start = 0;
        if (_length > MostLine)
        {
            Dispose();
            return false;
        }
        if (_length == _bytes.Length)
            Array.Resize(ref _bytes, 4 * _bytes.Length);
        nint count;
        fixed (byte* start = _bytes)
            count = recv(Descriptor, start + _length, (nuint)(_bytes.Length - _length), MSG_DONTWAIT);
        if (count > 0)
            _length += (int)count;
        else if (count == 0 || LastError.Number is not (Errno.EAGAIN or Errno.EINTR))
            Dispose();
        return true;
    }
}
