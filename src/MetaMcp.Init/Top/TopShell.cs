using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Top;

/// <summary>Looks, draws and takes keys and signals; what they mean is <see cref="TopView"/>'s.</summary>
internal sealed unsafe class TopShell(WholeScreen screen, SignalQueue signals, TopSource source, TimeSpan delay, bool isAscii)
{
    private const int PauseMilliseconds = 250;

    private readonly TopView _view = new(source.MayAct, delay);
    private string _drawn = "";
    private Instant _lookAt;
    private bool _hasEnded;
    private bool _hasScreen;

    public int Run()
    {
        Enter();
        try
        {
            while (!_hasEnded)
                Turn();
        }
        finally
        {
            GiveBack();
        }
        return 0;
    }

    private void Turn()
    {
        if (MonotonicClock.Now >= _lookAt)
            Look();
        Draw();
        var ready = stackalloc pollfd[2];
        ready[0] = new pollfd { fd = 0, events = POLLIN };
        ready[1] = new pollfd { fd = signals.Descriptor, events = POLLIN };
        _ = poll(ready, 2, PollTimeout.Until(_lookAt, MonotonicClock.Now));
        while (signals.TryTake() is { } signal)
            Take(signal);
        if (ready[0].revents != 0 && !_hasEnded)
            ReadKeys();
    }

    private void Take(Signal signal)
    {
        if (IsEnd(signal))
            _hasEnded = true;
        else if (signal == Signal.Tstp)
            Suspend();
        else if (signal == Signal.Cont)
            Enter();
        else if (signal == Signal.Winch)
            // The terminal may have moved what was drawn.
            _drawn = "";
    }

    private static bool IsEnd(Signal signal) =>
        signal == Signal.Term || signal == Signal.Int || signal == Signal.Hup || signal == Signal.Quit;

    private void ReadKeys()
    {
        Span<byte> bytes = stackalloc byte[256];
        nint count;
        fixed (byte* start = bytes)
            count = read(0, start, (nuint)bytes.Length);
        if (count <= 0)
        {
            // A terminal that has hung up is at its end.
            _hasEnded |= count == 0 || LastError.Number is not (Errno.EINTR or Errno.EAGAIN);
            return;
        }
        foreach (var key in TopKey.Read(bytes[..(int)count]))
            Perform(_view.Press(key));
    }

    private void Perform(TopRequest? request)
    {
        switch (request)
        {
            case TopRequest.Quit:
                _hasEnded = true;
                break;
            case TopRequest.Suspend:
                Suspend();
                break;
            case TopRequest.Act act:
                _view.Tell(source.Act(act));
                _lookAt = default;
                break;
            case TopRequest.Look:
                _lookAt = default;
                break;
        }
    }

    private void Suspend()
    {
        GiveBack();
        SelfStop.With(Signal.Tstp);
        Enter();
    }

    /// <summary>A terminal that was not taken is the shell's, as it is.</summary>
    private void GiveBack()
    {
        if (_hasScreen)
            screen.GiveBack();
        _hasScreen = false;
    }

    private void Enter()
    {
        // After `bg` the terminal is the shell's: this stops until `fg`.
        while (!_hasEnded && IsInBackground())
        {
            SelfStop.With(Signal.Ttin);
            if (IsInBackground())
                Pause();
        }
        if (_hasEnded)
            return;
        screen.Take();
        _hasScreen = true;
        (_drawn, _lookAt) = ("", default);
    }

    private static bool IsInBackground() => !Terminal.IsOurs && getppid() > 1 && !IsOrphaned();

    /// <summary>
    /// Where no shell could continue us, the kernel has discarded the stop, and would discard the next one at once; nothing tells that
    /// the terminal has become ours.
    /// </summary>
    private void Pause()
    {
        var readable = new pollfd { fd = signals.Descriptor, events = POLLIN };
        _ = poll(&readable, 1, PauseMilliseconds);
        while (signals.TryTake() is { } signal)
            _hasEnded |= IsEnd(signal);
    }

    /// <summary>No terminal of our session, so that none can be taken from us.</summary>
    private static bool IsOrphaned() => tcgetpgrp(0) < 0;

    private void Look()
    {
        _view.Take(source.Look(_view.Sort), source.Events, MonotonicClock.Now - default(Instant));
        if (_view.Mode is TopMode.Page page)
            _view.Show(source.Page(page.Name, page.IsLog, Style()));
        _lookAt = MonotonicClock.Now + delay;
    }

    private void Draw()
    {
        var lines = TopScreen.Draw(_view, WholeScreen.Size.Height, Style(), WallClock.Text);
        // Behind the end of a line that fills the screen there is no column to clear: it would be the last one. So each line is cleared
        // before it is written, in the same write. No newline after the last: the screen would scroll.
        var text = "\e[H\e[K" + string.Join("\r\n\e[K", lines) + (lines.Count < WholeScreen.Size.Height ? "\r\n\e[J" : "");
        if (text == _drawn)
            return;
        if (!WholeScreen.Write(_drawn.Length == 0 ? "\e[2J" + text : text))
            _hasEnded = true;
        _drawn = text;
    }

    private ScreenStyle Style() => OutputStyle.Of(isAscii, isWide: false) with { Width = WholeScreen.Size.Width };
}
