using MetaMcp.Init.Core.Probing;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Probing;

/// <summary>
/// A command whose exit code is the answer, for operators and for HEALTHCHECK lines: PID 1 runs the probes of the file without it.
/// The command has our output and a session of its own; its process group is killed at the time-out, or when we are asked to end.
/// </summary>
internal static unsafe class ExecProbe
{
    /// <param name="request">The command to run.</param>
    /// <param name="command">The same as it stands in our arguments, byte for byte.</param>
    public static void Run(ProbeRequest.Exec request, byte** command)
    {
        if (SignalQueue.Open(out var refused) is not { } signals)
            throw new ProbeFailedException($"signalfd: {refused}");
        var end = MonotonicClock.Now + request.Timeout;
        ReadOnlySpan<DescriptorMapping> mappings = [new(NullDevice.Open(), 0)];
        var error = Spawner.Spawn(
            new SpawnRequest
            {
                Path = command[0],
                SearchPath = true,
                Arguments = command,
                Environment = StartArguments.Environment,
                Group = SpawnGroup.Session,
                Descriptors = mappings,
            },
            out var pid);
        if (!error.IsSuccess)
            throw new ProbeFailedException(error.Number == Errno.ENOENT ? "no such program" : $"{error}");
        var status = Wait(signals, pid, end, out var signal);
        if (status is { IsSuccess: true })
            return;
        // The child was not collected, so the group is still its own.
        if (status is null)
            _ = Linux.Libc.kill(-pid, Signal.Kill.Number);
        throw new ProbeFailedException(
            status is { } ended ? $"{ended}"
            : signal is { } asked ? $"killed, since {asked} came before its end"
            : $"no answer within {Duration.Format(request.Timeout)}; killed");
    }

    /// <summary>The exit status; null if the deadline, or the signal that asks us to end, came first.</summary>
    private static ExitStatus? Wait(SignalQueue signals, int pid, Instant end, out Signal? asked)
    {
        asked = null;
        while (true)
        {
            // One SIGCHLD may stand for many children: processes that the command leaves behind may be our children too.
            while (Reaper.TryCollect(out _) is { } reaped)
                if (reaped.Pid == pid)
                    return reaped.Status;
            if (asked is not null || MonotonicClock.Now >= end)
                return null;
            signals.Wait(end);
            while (signals.TryTake() is { } signal)
                if (signal == Signal.Term || signal == Signal.Int || signal == Signal.Hup || signal == Signal.Quit)
                    asked = signal;
        }
    }
}
