using System.Globalization;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Top;

/// <summary>
/// The process that the shell waits for. It draws nothing: it gives the terminal back if the process that draws is killed, or fails. If it
/// is killed itself, the other does that (PR_SET_PDEATHSIG). Both are in the process group that the shell knows.
/// </summary>
internal sealed unsafe class TopGuard
{
    /// <summary>The process that draws has so much time after it was asked to end: PID 1 may keep it waiting for an answer.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private const int SystemError = 111;

    private readonly WholeScreen _screen;
    private readonly SignalQueue _signals;
    private readonly int _child;
    private Signal? _asked;
    private Instant _killAt = Instant.Never;

    private TopGuard(WholeScreen screen, SignalQueue signals, int child) => (_screen, _signals, _child) = (screen, signals, child);

    public static int Run(WholeScreen screen, TimeSpan delay, bool isAscii)
    {
        if (SignalQueue.Open(out var error) is not { } signals || !(error = Start(delay, isAscii, out var child)).IsSuccess)
        {
            Page.Error($"mcp-init top: {error}");
            return SystemError;
        }
        return new TopGuard(screen, signals, child).Guard();
    }

    private static Errno Start(TimeSpan delay, bool isAscii, out int child)
    {
        using var path = new NativeStrings([SelfExecutable.Path]);
        using var words = new NativeStrings(
        [
            "mcp-init", DrawVerb.Name, getpid().ToString(CultureInfo.InvariantCulture),
            ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), isAscii ? DrawVerb.Ascii : "",
        ]);
        using var environment = new EnvironmentBlock([]);
        return Spawner.Spawn(
            new SpawnRequest
            {
                Path = path.Pointer[0],
                Arguments = words.Pointer,
                Environment = environment.Pointer,
                Group = SpawnGroup.Ours,
            },
            out child);
    }

    private int Guard()
    {
        while (true)
        {
            var readable = new pollfd { fd = _signals.Descriptor, events = POLLIN };
            if (poll(&readable, 1, PollTimeout.Until(_killAt, MonotonicClock.Now)) == 0)
            {
                _ = kill(_child, Signal.Kill.Number);
                _killAt = Instant.Never;
            }
            while (_signals.TryTake() is { } signal)
                if (signal == Signal.Chld && Collected() is { } exitCode)
                    return exitCode;
                else if (signal != Signal.Chld)
                    Forward(signal);
        }
    }

    /// <summary>The kernel sends signals of the terminal to both of us; a person sends them to the pid that the shell shows.</summary>
    private void Forward(Signal signal)
    {
        if (signal == Signal.Term || signal == Signal.Int || signal == Signal.Hup || signal == Signal.Quit)
        {
            _asked = signal;
            if (_killAt == Instant.Never)
                _killAt = MonotonicClock.Now + Grace;
            _ = kill(_child, signal.Number);
        }
        else if (signal == Signal.Tstp || signal == Signal.Cont)
            _ = kill(_child, signal.Number);
    }

    /// <summary>
    /// The exit code, once the process that draws has ended; null if it has stopped, and we with it, or nothing has happened.
    /// </summary>
    private int? Collected()
    {
        siginfo_t info = default;
        if (waitid(P_PID, (uint)_child, &info, WEXITED | WSTOPPED | WNOHANG) != 0 || info.si_pid != _child)
            return null;
        if (info.si_code == CLD_STOPPED)
        {
            // It has given the screen back, unless SIGSTOP has stopped it. In the background the terminal is the shell's.
            if (Terminal.IsOurs)
                _screen.GiveBack();
            SelfStop.With(Signal.Tstp);
            _ = kill(_child, Signal.Cont.Number);
            return null;
        }
        if (info.si_code == CLD_EXITED)
            return _asked is { } asked && info.si_status == 0 ? 128 + asked.Number : info.si_status;
        _screen.GiveBack();
        Page.Error($"mcp-init top: the process that draws was killed by {Signal.FromNumber(info.si_status)}");
        return 128 + info.si_status;
    }
}
