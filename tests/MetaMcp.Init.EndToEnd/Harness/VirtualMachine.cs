using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>
/// A virtual machine with a kernel of its own (scripts/vm): it boots once, then runs any number of commands, one after another or side by
/// side. Disposing of it ends the machine and all its commands.
/// </summary>
internal sealed class VirtualMachine : IAsyncDisposable
{
    private readonly Process _host;
    private readonly ConcurrentDictionary<uint, MachineCommand> _commands = new();
    private readonly TaskCompletionSource _booted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly StringBuilder _said = new();
    private readonly Task _receiving;
    private uint _last;

    private VirtualMachine(Process host, bool hasFirst)
    {
        _host = host;
        if (hasFirst)
            First = _commands[0] = new MachineCommand(this, 0);
        _receiving = Receive();
    }

    /// <summary>The machine's PID 1, if the options name one.</summary>
    public MachineCommand First
    {
        get => field ?? throw new InvalidOperationException("this machine's PID 1 is the harness's own");
    }

    /// <summary>The output of scripts/vm and, if the machine ended badly, of its kernel.</summary>
    internal string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public static async Task<VirtualMachine> Boot(MachineOptions? options = null)
    {
        options ??= new MachineOptions();
        var start = new ProcessStartInfo(Path.Combine(Files.Root, "scripts", "vm"), options.Words())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MCP_INIT_BINARY"] = Files.Binary;
        var host = Process.Start(start) ?? throw new InvalidOperationException("scripts/vm did not start");
        var machine = new VirtualMachine(host, options.First.Count > 0);
        host.ErrorDataReceived += (_, line) =>
        {
            lock (machine._said)
                machine._said.AppendLine(line.Data);
        };
        host.BeginErrorReadLine();
        try
        {
            await machine._booted.Task.WaitAsync(options.Deadline);
            return machine;
        }
        catch (Exception error) when (error is TimeoutException or EndOfStreamException)
        {
            await machine.DisposeAsync();
            throw new TimeoutException($"the machine did not boot:\n{machine.Said}");
        }
    }

    /// <summary>Runs a command to its end, and returns its exit code and lines.</summary>
    public async Task<Ended> Run(params string[] words) => await Run(Patience.Usual, words);

    public async Task<Ended> Run(TimeSpan limit, params string[] words)
    {
        var command = await Start(words);
        await command.CloseStdin();
        return new Ended(await command.WaitForExit(limit), command.Lines);
    }

    /// <summary>Starts a command with an open stdin. No shell reads the words.</summary>
    public async Task<MachineCommand> Start(params string[] words)
    {
        var id = Interlocked.Increment(ref _last);
        var command = _commands[id] = new MachineCommand(this, id);
        await Send('R', id, Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + '\0'))));
        return command;
    }

    /// <summary>A file in the machine, and the directories above it.</summary>
    public async Task Write(string path, string content)
    {
        var command = await Start("sh", "-c", "mkdir -p \"$(dirname \"$1\")\" && cat >\"$1\"", "sh", path);
        await command.Type(content);
        await command.CloseStdin();
        if (await command.WaitForExit() != 0)
            throw new IOException($"{path} could not be written: {string.Join('\n', command.Lines)}");
    }

    /// <summary>For a command that does not end: the processes of the machine, the busiest first, and its load and memory.</summary>
    internal async Task<string> State()
    {
        try
        {
            var command = await Start(
                "sh", "-c", "cat /proc/loadavg; head -n 3 /proc/meminfo; " +
                "ps -eo pid,ppid,uid,stat,etimes,time,wchan:20,args --sort=-time | grep -v '\\[' | cut -c 1-140 | head -n 40");
            await command.CloseStdin();
            await Task.WhenAny(command.WaitForEnd(), Task.Delay(Patience.Usual));
            return $"the machine's load, memory and processes:\n{string.Join('\n', command.Lines)}";
        }
        catch (IOException error)
        {
            return $"the machine tells nothing: {error.Message}";
        }
    }

    internal async Task Send(char kind, uint id, ReadOnlyMemory<byte> bytes)
    {
        var frame = new byte[9 + bytes.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(1), id);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(5), bytes.Length);
        bytes.CopyTo(frame.AsMemory(9));
        await _sending.WaitAsync();
        try
        {
            await _host.StandardInput.BaseStream.WriteAsync(frame);
            await _host.StandardInput.BaseStream.FlushAsync();
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task Receive()
    {
        try
        {
            var stream = _host.StandardOutput.BaseStream;
            var header = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(header);
                var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(5))];
                await stream.ReadExactlyAsync(bytes);
                var kind = (char)header[0];
                var id = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(1));
                if (kind == 'B')
                    _booted.TrySetResult();
                else if (_commands.TryGetValue(id, out var command))
                    await command.Take(kind, bytes);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            _booted.TrySetException(new EndOfStreamException());
            foreach (var command in _commands.Values)
                command.End();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _host.StandardInput.Close();
        }
        catch (IOException)
        {
            // The machine has ended by itself.
        }
        try
        {
            await _host.WaitForExitAsync().WaitAsync(Patience.Usual);
        }
        catch (TimeoutException)
        {
            // QEMU ends with it.
            _host.Kill();
            throw;
        }
        finally
        {
            await _receiving.WaitAsync(Patience.Usual);
            _host.Dispose();
            _sending.Dispose();
        }
    }
}
