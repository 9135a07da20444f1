using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// <c>shim = "guard"</c>: stays as the parent of the server, between it and a client that knows this process alone.
/// <list type="bullet">
/// <item>before <c>go</c>: the server's process waits at its gate; whatever goes wrong ends it, and it has done nothing;</item>
/// <item>after <c>go</c>: tells PID 1 of the close of stdin, of idleness and of the start; passes signals on;</item>
/// <item>after the server's end: waits for PID 1 to say why, and ends as the server did, or with 0 if PID 1 ended it.</item>
/// </list>
/// If the connection ends after <c>go</c>, the guard goes on as the server's parent alone.
/// </summary>
internal sealed unsafe class GuardShim
{
    /// <summary>From the end of the server to PID 1's word that nothing of it is left.</summary>
    private static readonly TimeSpan EndedTimeout = TimeSpan.FromSeconds(3);

    /// <summary>PID 1 has not emptied the connection, so it is stopped: what is to be told is tried again after this time.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly InitConnection _connection;
    private readonly LaunchSubject _subject;
    private readonly string _id;
    private readonly GatedServer _server;
    private readonly SignalQueue _signals;
    private readonly GuardNews _news;
    private readonly StdinWatch _stdin = new();
    private readonly Action<Signal, bool, int> _arrived;
    private bool _isOpen;
    private bool _mayHaveEnded;
    private bool _isSignalPassed;
    private ExitStatus? _status;
    private Instant _due = InitConnection.AnswerDue;
    private InitFrame.Refused? _refused;
    private InitFrame.Ended? _ended;
    private string? _ending;

    private GuardShim(InitConnection connection, LaunchSubject subject, string id, GatedServer server, SignalQueue signals, GuardNews news)
    {
        (_connection, _subject, _id, _server, _signals, _news) = (connection, subject, id, server, signals, news);
        _arrived = Arrived;
    }

    public static int Run(InitConnection connection, LaunchGrant grant, ServerCommand command, LaunchSubject subject)
    {
        // Signals are blocked before the server exists, so that none is lost; the spawn unblocks them for the server.
        var inherited = SignalReset.Inherited;
        if (SignalQueue.Open(out var error) is not { } signals)
            return subject.Fail(connection, "signalfd", error);
        var isRunner = PackageRunners.Has(command.Program);
        if (GatedServer.Start(grant, command, inherited, out error, out var call) is not { } server)
        {
            _ = close(signals.Descriptor);
            return subject.Fail(connection, call, error);
        }
        _ = connection.TrySend(new ClientFrame.Place(server.Pid, command.Unwrapping));
        var news = new GuardNews(connection, grant, server.Pid, isRunner);
        return new GuardShim(connection, subject, grant.Id, server, signals, news).Guard();
    }

    private int Guard()
    {
        while (true)
        {
            Wait();
            for (var taken = 0; taken < SignalQueue.MaxPerTurn && _signals.Take(_arrived); taken++)
            {
            }
            while (_connection.TryRead() is { } frame)
                Take(frame);
            if (_mayHaveEnded)
                Collect();
            if (_isOpen && _status is null)
                _news.Tell(_stdin.IsClosed);
            if (ExitCode() is { } code)
                return code;
        }
    }

    private void Wait()
    {
        const int Signals = 0, Connection = 1, Stdin = 2, Count = 3;
        var polled = stackalloc pollfd[Count];
        polled[Signals] = new pollfd { fd = _signals.Descriptor, events = POLLIN };
        polled[Connection] = new pollfd { fd = _connection.Descriptor, events = POLLIN };
        polled[Stdin] = new pollfd { fd = _isOpen ? _stdin.Descriptor : -1, events = StdinWatch.Events };
        var now = MonotonicClock.Now;
        var due = _isOpen && _status is null ? _news.Due(now, RetryInterval) : Instant.Never;
        if (poll(polled, Count, PollTimeout.Until(Instant.Earlier(due, _due), now)) > 0)
            _stdin.Take(polled[Stdin].revents);
    }

    private void Take(InitFrame frame)
    {
        switch (frame)
        {
            case InitFrame.Go when !_isOpen:
                Open();
                break;
            case InitFrame.Waiting when !_isOpen:
                _due = InitConnection.AnswerDue;
                break;
            case InitFrame.Refused refused when !_isOpen:
                _refused = refused;
                break;
            case InitFrame.Ending ending:
                _ending = ending.Reason;
                break;
            case InitFrame.Ended ended:
                _ended = ended;
                break;
        }
    }

    private void Open()
    {
        _isOpen = true;
        _due = Instant.Never;
        _server.Open();
        InheritedDescriptors.LetGo(_signals.Descriptor);
        _news.Begin();
    }

    /// <summary>
    /// The server is in a session of its own, so it has no signal that came to us. A terminal would have sent its signal to every process
    /// of the server, a process sent it to one.
    /// </summary>
    private void Arrived(Signal signal, bool isOfKernel, int sender)
    {
        if (signal == Signal.Chld)
            _mayHaveEnded = true;
        else if (_status is not null)
            _due = MonotonicClock.Now;
        else
            Pass(signal, isOfKernel);
    }

    private void Pass(Signal signal, bool isOfKernel)
    {
        _isSignalPassed |= signal == Signal.Term || signal == Signal.Int || signal == Signal.Hup || signal == Signal.Quit;
        if (signal == Signal.Tstp || signal == Signal.Ttin || signal == Signal.Ttou)
            Suspend();
        else
            _server.Signal(signal, wholeGroup: isOfKernel || signal == Signal.Cont);
    }

    /// <summary>Stops both: the server's group is an orphaned one, for which the kernel discards a stop by the terminal.</summary>
    private void Suspend()
    {
        _server.Signal(Signal.Stop, wholeGroup: true);
        _ = kill(getpid(), Signal.Stop.Number);
    }

    private void Collect()
    {
        _mayHaveEnded = false;
        for (var collected = 0; Reaper.TryCollect(out _) is { } reaped; collected++)
        {
            if (reaped.Pid == _server.Pid)
            {
                if (_isOpen)
                    _news.TellEnd(_stdin.IsClosed, new ClientFrame.Exited(reaped.Status, _isSignalPassed));
                (_status, _due) = (reaped.Status, MonotonicClock.Now + EndedTimeout);
                _stdin.Stop();
            }
            if (collected == Reaper.MaxPerTurn)
                _mayHaveEnded = true;
        }
    }

    private int? ExitCode()
    {
        if (_status is { } status)
        {
            if (_isOpen && _connection.IsOpen && _ended is null && MonotonicClock.Now < _due)
                return null;
            // PID 1 may be gone, or may not have ended the rest yet: it has said before why it ends the server.
            return (_ended is { } ended ? ended.Reason : _ending) is { } reason ? EndedByInit(reason)
                : _isOpen || _isSignalPassed ? OwnEnd.As(status)
                : NeverRan(status);
        }
        if (_isOpen || (_refused is null && _connection.IsOpen && MonotonicClock.Now < _due))
            return null;
        _server.Abandon();
        return _refused is null
            ? _subject.Fail(_connection.IsOpen ? InitConnection.Late : _connection.Problem) : _subject.Refuse(_connection, _refused);
    }

    /// <summary>Our own second stage has ended at its gate: its runtime had no memory or no thread, or the kernel has killed it.</summary>
    private int NeverRan(ExitStatus status) => _subject.RefuseForShortage(
        _connection, $"the process that was to become the server has ended before that ({status})");

    /// <summary>No failure of the server: a gateway takes another code than 0 for a crash, and ends the server's other instances.</summary>
    private int EndedByInit(string reason)
    {
        StandardError.TryWriteLine($"mcp-init launch: {_subject.Name} ({_id}) was ended by mcp-init. {reason}");
        return ExitCodes.Success;
    }
}
