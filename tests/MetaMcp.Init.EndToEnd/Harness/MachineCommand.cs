using System.IO.Pipelines;
using System.Text;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A command in a virtual machine, running or ended.</summary>
internal sealed class MachineCommand : Speaker
{
    private readonly VirtualMachine _machine;
    private readonly uint _id;
    private readonly Pipe _stdout = new(Unbounded);
    private readonly Pipe _stderr = new(Unbounded);
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? _code;

    public MachineCommand(VirtualMachine machine, uint id)
    {
        (_machine, _id) = (machine, id);
        _ = Finish(
            Output.Read(_stdout.Reader.AsStream(), Source.Stdout),
            Output.Read(_stderr.Reader.AsStream(), Source.Stderr));
    }

    // The output of one command must never make the frames of another wait.
    private static PipeOptions Unbounded { get; } = new(pauseWriterThreshold: 0, resumeWriterThreshold: 0);

    /// <summary>The pid in the machine.</summary>
    public Task<int> Pid => _pid.Task.WaitAsync(Patience.Usual);

    public bool HasEnded => _exit.Task.IsCompleted;

    /// <summary>Sends a signal to the command itself, not to its children.</summary>
    public Task Signal(int number) => _machine.Send('S', _id, BitConverter.GetBytes(number));

    /// <summary>Writes to its stdin, which stays open.</summary>
    public Task Type(string text) => Type(Encoding.UTF8.GetBytes(text));

    public async Task Type(ReadOnlyMemory<byte> bytes)
    {
        // A frame without bytes would mean the end.
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, 65536)..])
            await _machine.Send('I', _id, bytes[..Math.Min(bytes.Length, 65536)]);
    }

    public Task CloseStdin() => _machine.Send('I', _id, ReadOnlyMemory<byte>.Empty);

    public override async Task<int> WaitForExit(TimeSpan? limit = null)
    {
        try
        {
            return await _exit.Task.WaitAsync(limit ?? Patience.Usual);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"it did not end; there was:\n{Output}\n{await _machine.State()}");
        }
    }

    /// <summary>The end, without a limit.</summary>
    internal Task WaitForEnd() => _exit.Task;

    /// <summary>Takes a frame of the agent (scripts/machine/agent.c).</summary>
    internal async Task Take(char kind, byte[] bytes)
    {
        switch (kind)
        {
            case 'P':
                _pid.TrySetResult(BitConverter.ToInt32(bytes));
                break;
            case 'O':
                await _stdout.Writer.WriteAsync(bytes);
                break;
            case 'E':
                await _stderr.Writer.WriteAsync(bytes);
                break;
            case 'X':
                _code = BitConverter.ToInt32(bytes);
                End();
                break;
            default:
                throw new InvalidOperationException($"the agent sent {kind}");
        }
    }

    /// <summary>The command sends nothing more.</summary>
    internal void End()
    {
        _stdout.Writer.Complete();
        _stderr.Writer.Complete();
    }

    // The exit is announced when all output before it has become lines.
    private async Task Finish(params Task[] readers)
    {
        await Task.WhenAll(readers);
        Output.End();
        if (_code is { } code)
            _exit.TrySetResult(code);
        else
            _exit.TrySetException(new EndOfStreamException($"the machine ended first; there was:\n{Output}\n{_machine.Said}"));
        _pid.TrySetException(new EndOfStreamException("it never ran"));
        // A test may never await either of these tasks.
        _ = _exit.Task.Exception;
        _ = _pid.Task.Exception;
    }
}
