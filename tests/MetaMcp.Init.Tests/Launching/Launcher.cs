using System.Globalization;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launching;

/// <summary>
/// A client of the socket, as a child of the test, and its shim: <c>tests/programs/launcher.c</c>. Not by Process, since the kernel's side
/// collects all children.
/// </summary>
internal sealed unsafe class Launcher : IDisposable
{
    private readonly int _input;
    private readonly int _output;
    private readonly StringBuilder _read = new();

    /// <param name="socket">The path of the socket.</param>
    /// <param name="user">The user that it runs as; null for root.</param>
    public Launcher(string socket, int? user = null)
    {
        Assert.True(Pipe.Open(out var childsInput, out _input).IsSuccess);
        Assert.True(Pipe.Open(out _output, out var childsOutput).IsSuccess);
        Assert.Equal(0, (int)fcntl(childsInput, F_SETFL, 0));
        var program = Files.Program("launcher");
        string[] arguments = user is { } id ? ["launcher", socket, $"{id}"] : ["launcher", socket];
        using NativeStrings path = new([program]), words = new(arguments), environment = new([]);
        var request = new SpawnRequest
        {
            Path = path.Pointer[0], Arguments = words.Pointer, Environment = environment.Pointer, Group = SpawnGroup.Session,
            Descriptors = new DescriptorMapping[] { new(childsInput, 0), new(childsOutput, 1) },
        };
        Assert.True(Spawner.Spawn(request, out var pid).IsSuccess);
        _ = close(childsInput);
        _ = close(childsOutput);
        (Client, Pid) = (pid, int.Parse(Line(), CultureInfo.InvariantCulture));
    }

    /// <summary>The process that started the shim.</summary>
    public int Client { get; }

    /// <summary>The shim.</summary>
    public int Pid { get; }

    /// <summary>The process that it started; 0 for none.</summary>
    public int Child { get; private set; }

    /// <summary>Gives a command; the answer comes by <see cref="Line"/>.</summary>
    public void Ask(string command)
    {
        var bytes = Encoding.UTF8.GetBytes(command + "\n");
        fixed (byte* start = bytes)
            Assert.Equal(bytes.Length, (int)write(_input, start, (nuint)bytes.Length));
    }

    public string Do(string command)
    {
        Ask(command);
        return Line();
    }

    public int StartChild() => Child = int.Parse(Do("child"), CultureInfo.InvariantCulture);

    /// <summary>The next line of its output, waited for with a deadline.</summary>
    public string Line() => TryLine(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("the client says nothing");

    /// <summary>The same; null if none has come in time.</summary>
    public string? TryLine(TimeSpan limit)
    {
        string? line = null;
        _ = SpinWait.SpinUntil(() => (line = Next()) is not null, limit);
        return line;
    }

    /// <summary>Kills the shim.</summary>
    public void Kill() => _ = kill(Pid, 9);

    /// <summary>Kills the process that started the shim.</summary>
    public void KillClient() => _ = kill(Client, 9);

    public void Dispose()
    {
        Kill();
        if (Child > 0)
            _ = kill(Child, 9);
        KillClient();
        RealChild.Collect(Client);
        _ = close(_input);
        _ = close(_output);
    }

    private string? Next()
    {
        var buffer = stackalloc byte[4096];
        while (read(_output, buffer, 4096) is > 0 and var count)
            _read.Append(Encoding.UTF8.GetString(buffer, (int)count));
        var text = _read.ToString();
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0)
            return null;
        _ = _read.Remove(0, end + 1);
        return text[..end];
    }
}
