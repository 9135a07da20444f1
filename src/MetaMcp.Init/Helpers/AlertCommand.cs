using System.Collections.Immutable;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>
/// Starts a command that finds the descriptor <c>input</c> as its stdin; 0 if it could not be started. Its output comes from the
/// descriptor <c>output</c>, which is -1 if there was no pipe.
/// </summary>
internal delegate int AlertStart(ImmutableArray<string> command, int input, out int output);

/// <summary>
/// Runs the <c>command</c> of [alerts], one at a time. The document is written into the pipe before the command is started: it fits into
/// the shortest pipe, so that PID 1 never waits for a reader, and the command finds all of it, and its end.
/// </summary>
/// <param name="begin">Starts the command.</param>
/// <param name="helpers">Holds the pid of the command until it is collected.</param>
/// <param name="outputs">Follows its output, whose last line says why it failed.</param>
/// <param name="tell">Takes the answer, once for each <see cref="Start"/>.</param>
internal sealed unsafe class AlertCommand(AlertStart begin, HelperTable helpers, ProbeOutputs outputs, Action<SystemEvent> tell)
{
    private const string Lost = "its end was lost, for want of memory";

    /// <summary>The pid of the command until it is collected; else 0.</summary>
    private int _pid;

    /// <summary>The number of the message that it was started for.</summary>
    private long _number;

    public void Start(long number, ImmutableArray<string> command, byte[] document)
    {
        if (Run(number, command, document) is { } problem)
            tell(new SystemEvent.AlertSent(number, problem));
    }

    /// <summary>Kills the command with its whole process group.</summary>
    public void Kill(long number)
    {
        if (_pid == 0 || number != _number)
        {
            tell(new SystemEvent.AlertSent(number, Lost));
            return;
        }
        _ = kill(-_pid, Signal.Kill.Number);
        helpers.Killed(_pid);
    }

    /// <summary>A child was collected; true if it was the command.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (pid != _pid)
            return false;
        _pid = 0;
        var problem = status.IsSuccess ? null : Lost;
        try
        {
            var words = outputs.TakeCollected(pid);
            if (!status.IsSuccess)
                problem = $"it ended: {status}{(words is null ? "" : $": {words}")}";
        }
        finally
        {
            tell(new SystemEvent.AlertSent(_number, problem));
        }
        return true;
    }

    /// <summary>Null if the command runs.</summary>
    private string? Run(long number, ImmutableArray<string> command, byte[] document)
    {
        if (_pid != 0)
            return "the one before has not ended";
        var error = Pipe.OpenForInput(out var reading, out var writing);
        if (!error.IsSuccess)
            return $"it could not be started: {error}";
        try
        {
            fixed (byte* start = document)
                if (write(writing, start, (nuint)document.Length) != document.Length)
                    return $"its document could not be written: {LastError}";
            var pid = begin(command, reading, out var output);
            if (pid == 0)
                return "it could not be started: the container has no process, descriptor or memory to give";
            (_pid, _number) = (pid, number);
            Follow(pid, output);
            helpers.AddUnbound(pid);
            return null;
        }
        finally
        {
            _ = close(writing);
            _ = close(reading);
        }
    }

    private void Follow(int pid, int output)
    {
        try
        {
            outputs.Follow(pid, output);
        }
        catch (OutOfMemoryException)
        {
            // The reason of a failure will be missing; the command runs all the same.
            _ = close(output);
        }
    }
}
