using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>
/// The init, running in its namespace, with all that it and its services write. Disposing of it ends the namespace and
/// asserts that nobody is left of it.
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

    /// <summary>The init's, as this side of the namespace sees it.</summary>
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
        // The number of a namespace that has ended is given to the next one, another test's: it does not end before this is closed.
        init._pin = Pin(init._first);
        init._cgroup = setup.OwnCgroup ? words[6] : null;
        if (!setup.StdoutUnread)
            init._readers.Add(init.Output.Read(launcher.StandardOutput.BaseStream, Source.Stdout));
        if (!setup.StderrUnread)
            init._readers.Add(init.Output.Read(launcher.StandardError.BaseStream, Source.Stderr));
        _ = init.EndOutput();
        return init;
    }

    /// <summary>None where it has ended already, and the launcher with it knows nobody else.</summary>
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

    // Byte by byte, so that what follows stays in the pipe, unread where the test wants it so.
    private static async Task<string> FirstLine(Stream stream)
    {
        var line = "";
        var buffer = new byte[1];
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Usual) > 0 && buffer[0] != '\n')
            line += (char)buffer[0];
        return line;
    }

    /// <summary>Runs to the end and gives everything.</summary>
    public static async Task<Ended> Run(Setup setup, TimeSpan? limit = null)
    {
        await using var init = await Start(setup);
        var code = await init.WaitForExit(limit);
        return new Ended(code, init.Lines);
    }

    public static Task<Ended> Run(params string[] arguments) => Run(new Setup(arguments));

    /// <summary>Runs a program by itself, in no namespace: for verbs that start nothing.</summary>
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

    /// <summary>Sends to PID 1, as the runtime outside a container does.</summary>
    public void Signal(int number) => Native.Signal(Pid, number);

    /// <summary>Types on the terminal.</summary>
    public async Task Type(string keys)
    {
        await _launcher.StandardInput.WriteAsync(keys);
        await _launcher.StandardInput.FlushAsync();
    }

    /// <summary>Nothing more is typed: a stdin that is no terminal ends.</summary>
    public void EndInput() => _launcher.StandardInput.Close();

    /// <summary>Where stdout was left unread: from now on it is read.</summary>
    public void ReadStdout() => _readers.Add(Output.Read(_launcher.StandardOutput.BaseStream, Source.Stdout));

    /// <summary>Where stderr was left unread: from now on nobody can read it any more.</summary>
    public void CloseStderr() => _launcher.StandardError.Close();

    /// <summary>What is alive in the namespace, PID 1 among it.</summary>
    public IReadOnlyList<ProcessInfo> Processes() => ProcessInfo.InNamespace(_namespace);

    /// <summary>The status of each of the init's threads.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Threads() =>
        [.. Directory.GetDirectories($"/proc/{Pid}/task").Select(thread => ProcessInfo.Status(Path.Combine(thread, "status")))];

    /// <summary>The process that calls itself this inside.</summary>
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
            // With the last process the pipes have lost their last writer, so the rest of the output is at hand.
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
            // The launcher's death ends PID 1, and that ends the rest; PID 1 by itself does where that tie was changed.
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
        // What the loop survives and reports is still a bug.
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
