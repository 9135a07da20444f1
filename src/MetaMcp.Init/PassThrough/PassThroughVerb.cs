using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.PassThrough;

/// <summary><c>mcp-init [flags] -- CMD</c>: the init for one command, like tini and dumb-init.</summary>
internal sealed unsafe class PassThroughVerb
{
    private readonly PassThroughOptions _options;
    private readonly SignalQueue _signals;
    private readonly int _child;
    private readonly JobControl _job;
    private PassThroughState _state = new PassThroughState.Running();
    private int? _exitCode;

    private PassThroughVerb(PassThroughOptions options, SignalQueue signals, int child, JobControl job)
    {
        _signals = signals;
        _options = options;
        _child = child;
        _job = job;
    }

    public static int Run(ReadOnlySpan<string> args)
    {
        if (PassThroughOptions.Parse(args, out var error) is not { } options)
            return Refuse(error, ExitCodes.Configuration);
        if (SignalQueue.Open(out var refused) is not { } signals)
            return Refuse($"signalfd: {refused}", ExitCodes.System);
        BecomeReaper(options);

        var foreground = Terminal.IsOurs;
        var command = StartArguments.Arguments(args, options.CommandIndex + 1);
        var started = Spawner.Spawn(
            new SpawnRequest
            {
                Path = command[0],
                SearchPath = true,
                Arguments = command,
                Environment = StartArguments.Environment,
                Group = foreground ? SpawnGroup.OwnInForeground : SpawnGroup.Own,
            },
            out var child);
        if (!started.IsSuccess)
            return Refuse(WhyNot(command[0], args[options.CommandIndex], started), ExitCodes.ForFailedExec(started));
        // The command has its own directory by now; ours would only prevent that a file system is unmounted.
        fixed (byte* root = "/\0"u8)
            _ = chdir(root);
        if (options.Verbosity > 0)
            Say($"started {args[options.CommandIndex]} (pid {child})");

        var job = new JobControl(child, foreground);
        var code = new PassThroughVerb(options, signals, child, job).Supervise();
        job.Release();
        return code;
    }

    private static string WhyNot(byte* command, string name, Errno error)
    {
        if (error.Number != Errno.ENOENT)
            return $"{name}: {error}";
        var missing = MissingInterpreter.FindInPath(command);
        var hint = name.Contains(' ', StringComparison.Ordinal) ? "; write each argument as a word of its own" : "";
        return missing?.Sentence ?? $"{name}: {error}{hint}";
    }

    private static void BecomeReaper(PassThroughOptions options)
    {
        if (options.ParentDeathSignal is { } signal)
            _ = prctl(PR_SET_PDEATHSIG, (nuint)signal.Number, 0, 0, 0);
        if (options.Subreaper)
            _ = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        else if (getpid() != 1 && !IsSubreaper())
            Say("not PID 1: orphans of the command go to another process; -s adopts them here");
    }

    /// <summary>A process may have made us a subreaper before we were executed; exec keeps that.</summary>
    private static bool IsSubreaper()
    {
        int isOne;
        return prctl(PR_GET_CHILD_SUBREAPER, (nuint)(&isOne), 0, 0, 0) == 0 && isOne != 0;
    }

    // From here on nothing exits on an error: the child is running and only this process can collect it.
    private int Supervise()
    {
        // Children may have ended before the first wait; their SIGCHLD is pending, but one signal may stand for many children.
        var mayHaveEnded = true;
        while (true)
        {
            if (mayHaveEnded)
                mayHaveEnded = Collect();
            if (_exitCode is { } code)
                return code;
            _signals.Wait(mayHaveEnded ? MonotonicClock.Now : _state.Due);
            for (var taken = 0; taken < SignalQueue.MaxPerTurn && _signals.TryTake() is { } signal; taken++)
            {
                if (signal == Signal.Chld)
                    mayHaveEnded = true;
                else
                    Step(new PassThroughEvent.SignalArrived(signal));
            }
            if (MonotonicClock.Now >= _state.Due)
                Step(new PassThroughEvent.DeadlinePassed());
        }
    }

    /// <returns>True if it stopped before all ended children were collected.</returns>
    private bool Collect()
    {
        for (var collected = 0; collected < Reaper.MaxPerTurn; collected++)
        {
            if (Reaper.TryCollect(out var childrenLeft) is { } reaped)
            {
                if (reaped.Pid == _child)
                {
                    if (_options.Verbosity > 0)
                        Say($"pid {_child}: {reaped.Status}");
                    Step(new PassThroughEvent.ChildEnded(reaped.Status));
                }
                else if (_options.WarnOnOrphan)
                {
                    Say($"reaped orphan pid {reaped.Pid}: {reaped.Status}");
                }
                continue;
            }
            if (!childrenLeft)
                Step(new PassThroughEvent.NoChildrenLeft());
            else if (_state is PassThroughState.Running or PassThroughState.Stopped)
                NoticeStop();
            return false;
        }
        return true;
    }

    /// <summary>
    /// Called after all ended children were collected, so that a child that was stopped and then killed counts as killed.
    /// </summary>
    private void NoticeStop()
    {
        if (Reaper.TryTakeStop(_child) is not { } signal)
            return;
        if (signal == Signal.Cont)
            Step(new PassThroughEvent.ChildContinued());
        else
            Step(new PassThroughEvent.ChildStopped(signal, Terminal.IsOurs));
    }

    private void Step(PassThroughEvent happened)
    {
        (_state, var effects) = PassThroughMachine.Step(_options, _state, happened, MonotonicClock.Now);
        foreach (var effect in effects)
            Perform(effect);
    }

    private void Perform(PassThroughEffect effect)
    {
        switch (effect)
        {
            case PassThroughEffect.Forward(var signal, var group):
                // The child is not collected yet, so the pid is its own. ESRCH: it is a zombie whose group is empty.
                _ = kill(group ? -_child : _child, signal.Number);
                break;
            case PassThroughEffect.Suspend(var with, var group):
                if (!_job.Suspend(with, group))
                    Step(new PassThroughEvent.SuspendRefused());
                break;
            case PassThroughEffect.Resume:
                _job.Resume();
                break;
            case PassThroughEffect.EndTheRest(var signal):
                EndTheRest(signal);
                break;
            case PassThroughEffect.Exit(var code):
                _exitCode = code;
                break;
        }
    }

    private void EndTheRest(Signal signal)
    {
        // Without /proc a subreaper does not know its children; it can reach only the command's own group.
        if (Descendants.End(signal))
            return;
        _ = kill(-_child, signal.Number);
        _ = kill(-_child, Signal.Cont.Number);
    }

    private static int Refuse(string message, int code)
    {
        Say(message);
        return code;
    }

    /// <summary>Writes one line to stderr by write(2). A full pipe must not block us.</summary>
    private static void Say(string message) => StandardError.TryWriteLine($"mcp-init: {message}");
}
