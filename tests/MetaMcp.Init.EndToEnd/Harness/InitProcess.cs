using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>
/// The init in its namespace, with the output of the init and its services. Disposing of it ends the namespace and asserts that no
/// process of it is left.
/// </summary>
internal sealed class InitProcess : Speaker, IAsyncDisposable
{
    private const string Announcement = "namespace: pid ";

    private readonly Process _launcher;
    private readonly List<Task> _readers = [];
    private readonly bool _notFirst;
    private int _first;
    private string _namespace = "";
    private SafeFileHandle? _pin;
    private string? _cgroup;

    private InitProcess(Process launcher, bool notFirst) => (_launcher, _notFirst) = (launcher, notFirst);

    /// <summary>The init's pid, as this side of the namespace sees it.</summary>
    public int Pid => _notFirst ? Inside(2).Pid : _first;

    /// <summary>The process that made the namespace and is the parent of PID 1.</summary>
    public int LauncherPid => _launcher.Id;

    /// <summary>The directory of its own cgroup, from this side.</summary>
    public string Cgroup => _cgroup ?? throw new InvalidOperationException("the setup did not ask for a cgroup");

    public bool HasCgroup => _cgroup is not null;

    public static Task<InitProcess> Start(params string[] arguments) => Start(new Setup(arguments));

    public static async Task<InitProcess> Start(Setup setup)
    {
        var launching = Files.Program("namespace");
        var start = new ProcessStartInfo(
            setup.WithoutDeadline ? "/usr/bin/env" : launching,
            setup.WithoutDeadline ? ["--ignore-signal=ALRM", launching, .. setup.Words()] : setup.Words())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        foreach (var (name, value) in setup.Environment)
            start.Environment[name] = value;
        var launcher = Process.Start(start) ?? throw new InvalidOperationException("the launcher did not start");
        var init = new InitProcess(launcher, setup.NotFirst);
        var first = await FirstLine(launcher.StandardError.BaseStream);
        if (!first.StartsWith(Announcement, StringComparison.Ordinal))
            throw new InvalidOperationException($"the namespace was not made (it takes root): {first}");
        var words = first.Split(' ');
        init._first = int.Parse(words[2], CultureInfo.InvariantCulture);
        init._namespace = words[4];
        // When a namespace has ended, its number is given to the next one, which may be another test's. This descriptor keeps the number
        // until it is closed.
        init._pin = Pin(init._first);
        init._cgroup = setup.OwnCgroup ? words[6] : null;
        if (!setup.StdoutUnread)
            init._readers.Add(init.Output.Read(launcher.StandardOutput.BaseStream, Source.Stdout));
        if (!setup.StderrUnread)
            init._readers.Add(init.Output.Read(launcher.StandardError.BaseStream, Source.Stderr));
        _ = init.EndOutput();
        return init;
    }

    /// <summary>None if the first process has ended already; then the launcher has no other process.</summary>
    private static SafeFileHandle? Pin(int first)
    {
        try
        {
            return File.OpenHandle($"/proc/{first}/ns/pid");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task EndOutput()
    {
        await Task.WhenAll(_readers);
        Output.End();
    }

    // Byte by byte, so that the rest stays in the pipe, unread if the test wants that.
    private static async Task<string> FirstLine(Stream stream)
    {
        var line = "";
        var buffer = new byte[1];
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Usual) > 0 && buffer[0] != '\n')
            line += (char)buffer[0];
        return line;
    }

    /// <summary>Runs the init to its end, and returns its exit code and lines.</summary>
    public static async Task<Ended> Run(Setup setup, TimeSpan? limit = null)
    {
        await using var init = await Start(setup);
        var code = await init.WaitForExit(limit);
        return new Ended(code, init.Lines);
    }

    public static Task<Ended> Run(params string[] arguments) => Run(new Setup(arguments));

    /// <summary>Runs a program without a namespace, for verbs that start no process.</summary>
    public static async Task<(int Exit, string Output, string Error)> Program(string path, params string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{path} did not start");
        using var deadline = new CancellationTokenSource(Patience.Usual);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{path} {string.Join(' ', arguments)} did not end");
        }
    }

    /// <summary>Sends a signal to PID 1, as the runtime outside a container does.</summary>
    public void Signal(int number) => Native.Signal(Pid, number);

    /// <summary>Types on the terminal.</summary>
    public async Task Type(string keys)
    {
        await _launcher.StandardInput.WriteAsync(keys);
        await _launcher.StandardInput.FlushAsync();
    }

    /// <summary>Ends the input: a stdin that is no terminal is at its end.</summary>
    public void EndInput() => _launcher.StandardInput.Close();

    /// <summary>Reads stdout from now on, if the setup left it unread.</summary>
    public void ReadStdout() => _readers.Add(Output.Read(_launcher.StandardOutput.BaseStream, Source.Stdout));

    /// <summary>Closes stderr, if the setup left it unread: from now on it has no reader.</summary>
    public void CloseStderr() => _launcher.StandardError.Close();

    /// <summary>The processes in the namespace, PID 1 included.</summary>
    public IReadOnlyList<ProcessInfo> Processes() => ProcessInfo.InNamespace(_namespace);

    /// <summary>The one process of this name: between its fork and its exec a process has the name of its parent.</summary>
    public async Task<ProcessInfo> Named(string name)
    {
        await Patience.Until(() => Processes().Count(process => process.Name == name) == 1, $"there is one process named {name}");
        return Processes().Single(process => process.Name == name);
    }

    /// <summary>The status of each of the init's threads.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Threads() =>
        [.. Directory.GetDirectories($"/proc/{Pid}/task").Select(thread => ProcessInfo.Status(Path.Combine(thread, "status")))];

    /// <summary>The process with this pid inside the namespace.</summary>
    public ProcessInfo Inside(int innerPid) =>
        Processes().FirstOrDefault(process => process.InnerPid == innerPid)
        ?? throw new InvalidOperationException($"nobody is {innerPid} in the namespace; there was:\n{Output}");

    public bool IsAlive(int innerPid) => Processes().Any(process => process.InnerPid == innerPid && process.State != 'Z');

    public override async Task<int> WaitForExit(TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? Patience.Usual);
        try
        {
            await _launcher.WaitForExitAsync(deadline.Token);
            // With the last process the pipes have lost their last writer, so the rest of the output can be read at once.
            await Task.WhenAll(_readers).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"it did not end; there was:\n{Output}");
        }
        return _launcher.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The end of the launcher ends PID 1, and with it all others. If that tie was changed, PID 1 is killed by itself.
            if (!_launcher.HasExited)
                _launcher.Kill();
            if (Processes().Any(process => process.Pid == _first))
                Native.TrySignal(_first, 9);
            await Patience.Until(() => Processes().Count == 0, "the namespace is empty");
            await _launcher.WaitForExitAsync();
            if (_cgroup is not null)
                await Patience.Until(() => CgroupDirectory.TryRemove(_cgroup), $"{_cgroup} can be removed");
        }
        finally
        {
            _pin?.Dispose();
            _launcher.Dispose();
        }
        // An exception that the loop survives and reports is still a bug.
        Assert.DoesNotContain(Lines, line => line.Text.Contains("bug, please report", StringComparison.Ordinal));
    }
}

/// <summary>An init that has run to its end.</summary>
internal sealed record Ended(int Code, IReadOnlyList<Line> Lines)
{
    public IReadOnlyList<string> Stdout => [.. Lines.Where(line => line.Source == Source.Stdout).Select(line => line.Text)];

    public IReadOnlyList<string> Stderr =>
        [.. Lines.Where(line => line.Source == Source.Stderr).Select(line => line.Text)];
}
