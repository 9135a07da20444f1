using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launch;

/// <summary><c>mcp-init launch</c> of the published binary as a gateway starts it, and the gateway's ends of its streams.</summary>
internal sealed unsafe class ShimProcess : IDisposable
{
    private readonly Connected? _stdin;
    private readonly Connected _stdout = Connected.Pipe();
    private readonly Connected _stderr = Connected.Pipe();
    private readonly StringBuilder _written = new();
    private ExitStatus? _status;

    private ShimProcess(Connected? stdin) => _stdin = stdin;

    public int Pid { get; private set; }

    /// <param name="directory">MCP_INIT_RUNTIME_DIR.</param>
    /// <param name="stdin">pipe (Python), socket (Node), terminal, or null for /dev/null.</param>
    /// <param name="words">Those after the verb.</param>
    /// <param name="behind">Another program that executes it in its turn.</param>
    /// <param name="path">The PATH.</param>
    public static ShimProcess Start(
        string directory, string stdin, string[] words, string[]? behind = null, string path = "/usr/local/bin:/usr/bin:/bin")
    {
        var process = new ShimProcess(stdin == "null" ? null : Connected.Make(stdin));
        string[] all = [.. behind ?? [], Files.Binary, "launch", .. words];
        var nothing = process._stdin is null ? NullDevice.Open() : -1;
        using var program = new NativeStrings([all[0]]);
        using var arguments = new NativeStrings(all);
        using var environment = new NativeStrings([$"PATH={path}", $"MCP_INIT_RUNTIME_DIR={directory}"]);
        // For a pipe the child reads; a socket and a terminal have no direction, and the child gets the end that Connected leaves blocking.
        var input = process._stdin is null ? nothing : stdin == "pipe" ? process._stdin.Reader : process._stdin.Writer;
        if (stdin == "pipe")
            Assert.Equal(0, fcntl(input, F_SETFL, 0));
        var error = Spawner.Spawn(
            new SpawnRequest
            {
                Path = program.Pointer[0],
                Arguments = arguments.Pointer,
                Environment = environment.Pointer,
                SearchPath = true,
                Group = SpawnGroup.Own,
                Descriptors = [new(input, 0), new(process._stdout.Writer, 1), new(process._stderr.Writer, 2)],
            },
            out var pid);
        Assert.Equal(Errno.None, error);
        process.Pid = pid;
        process._stdout.CloseWriter();
        process._stderr.CloseWriter();
        if (stdin == "pipe")
            process._stdin!.CloseReader();
        else
            process._stdin?.CloseWriter();
        if (nothing >= 0)
            _ = close(nothing);
        return process;
    }

    private int Input => _stdin!.Writer >= 0 ? _stdin.Writer : _stdin.Reader;

    public void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var polled = new pollfd { fd = Input, events = POLLOUT };
                Assert.Equal(1, poll(&polled, 1, (int)Patience.Usual.TotalMilliseconds));
                var count = write(Input, start + at, (nuint)Math.Min(4096, bytes.Length - at));
                if (count > 0)
                    at += (int)count;
                else
                    Assert.Equal(Errno.EAGAIN, LastError.Number);
            }
        }
    }

    public void CloseStdin()
    {
        if (_stdin!.Writer >= 0)
            _stdin.CloseWriter();
        else
            _stdin.CloseReader();
    }

    /// <summary>What Node's <c>stdin.end()</c> does to its socket.</summary>
    public void EndStdin() => Assert.Equal(0, shutdown(Input, ShutdownOfWriting));

    public void Signal(Signal signal) => Assert.Equal(0, kill(Pid, signal.Number));

    /// <summary>Waits until stdout has this text.</summary>
    public string Wait(string text)
    {
        Until(() => Stdout.Contains(text, StringComparison.Ordinal), $"'{text}' on stdout");
        return Stdout;
    }

    /// <summary>Everything on stdout so far.</summary>
    public string Stdout => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_written.Append(_stdout.Read()).ToString()));

    /// <summary>All of stdout, when its last writer is gone.</summary>
    public string StdoutToEnd()
    {
        Until(() => Stdout.Length >= 0 && IsAtEnd(_stdout.Reader), "the end of stdout");
        return Stdout;
    }

    /// <summary>The exit status, and all that is on stderr.</summary>
    public ExitStatus End(out string stderr)
    {
        Until(() => _status is not null || (_status = Reaper.TryCollect(Pid)?.Status) is not null, "the end of the shim");
        stderr = _stderr.Read();
        return _status!.Value;
    }

    public int ExitCode(out string stderr)
    {
        var status = End(out stderr);
        Assert.True(status.Code is not null, $"{status}; {stderr}");
        return status.Code!.Value;
    }

    public void Dispose()
    {
        if (_status is null)
        {
            // No init ends the server after its guard.
            foreach (var server in ChildrenOf(Pid))
                _ = kill(-server, 9);
            _ = kill(Pid, 9);
            _ = End(out _);
        }
        _stdin?.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    /// <summary>Looks again until the condition holds.</summary>
    public static void Until(Func<bool> holds, string what) => Patience.Until(holds, what).Wait();

    /// <summary>Waits until there is no such process, or until it only waits to be collected.</summary>
    public static void UntilGone(int pid) => Until(
        () => !File.Exists($"/proc/{pid}/stat") || Field(pid, 3) is "Z", $"pid {pid} has ended");

    /// <summary>A field of /proc/PID/stat by its number in the manual page; null if the process is gone.</summary>
    public static string? Field(int pid, int number)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - 3];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<int> ChildrenOf(int pid)
    {
        var file = $"/proc/{pid}/task/{pid}/children";
        var words = File.Exists(file) ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return words.Select(word => int.Parse(word, CultureInfo.InvariantCulture));
    }

    private static bool IsAtEnd(int reader)
    {
        var polled = new pollfd { fd = reader, events = 0 };
        return poll(&polled, 1, 0) == 1 && (polled.revents & POLLHUP) != 0;
    }

    private const int ShutdownOfWriting = 1;
}
