using System.Diagnostics;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>SIGHUP while the file cannot be read: its file system hangs, or it is just being written.</summary>
public sealed class ReloadHangTests
{
    /// <summary>An editor that pauses for so long in the middle of writing is taken to have finished.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int Hup = 1;
    private const int Kill = 9;
    private const int Usr1 = 10;
    private const int Usr2 = 12;
    private const int Term = 15;

    [Fact]
    public async Task While_the_file_hangs_everything_else_goes_on_and_who_asks_meanwhile_has_one_read_more()
    {
        const string Before = "[service.a]\ncommand = [\"%hang\"]\n";
        using var files = new Installation(Before);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        await MakePipe(files);
        init.Signal(Hup);
        await Patience.Until(() => Readers(init).Count == 1, "somebody reads the file");
        await GoesOn(init, restarts: 1);
        init.Signal(Hup);
        await Answers(init);
        init.Signal(Hup);
        await Answers(init);
        files.Rewrite(Before + "[service.b]\ncommand = [\"%hang\"]\n");
        var refused = await init.WaitForLog("", "not reloaded");
        Assert.Contains(init.Lines.Logged("", "reload: "), l => l.Text.Contains("not read within 10s", StringComparison.Ordinal));
        // The requests that came meanwhile lead to one read, which has the file that is valid by now.
        var reloaded = await init.WaitForLog("", "reloaded: restarting none, starting b, removing none, 1 unchanged", refused);
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting none, starting none", reloaded);
        await Patience.Until(() => Readers(init).Count == 0, "nobody reads any more");
        Assert.Equal(2, init.Lines.Logged("", "reloaded: restarting").Count);
        init.Signal(Term);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("", "orphan"));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_the_file()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        await MakePipe(files);
        init.Signal(Hup);
        init.Signal(Hup);
        await Patience.Until(() => Readers(init).Count == 1, "somebody reads the file");
        init.Signal(Term);
        // The read would be given up after ten seconds.
        Assert.Equal(0, await init.WaitForExit(TimeSpan.FromSeconds(8)));
        Assert.False(init.Lines.HasLogged("", "reload"));
        Assert.False(init.Lines.HasLogged("", "orphan"));
    }

    /// <summary>The child sleeps in the kernel, and SIGKILL does not end it.</summary>
    [Fact]
    public async Task A_file_system_that_never_answers_hangs_only_the_reader()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "this kernel has no FUSE");
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            [service.silent]
            command = ["%silent-fs", "%/"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        await init.WaitFor(line => line.Text.EndsWith("| silent", StringComparison.Ordinal), "the file system is mounted");
        init.Signal(Hup);
        await init.WaitFor(line => line.Text.EndsWith("| asked", StringComparison.Ordinal), "the reader hangs");
        await GoesOn(init, restarts: 1);
        var refused = await init.WaitForLog("", "not reloaded");
        await Patience.Until(() => Stuck(init) == 1, "it takes no SIGKILL");
        await GoesOn(init, restarts: 2);
        init.Signal(Hup);
        await Patience.Until(() => Readers(init).Count == 2, "another one was sent");
        // The file system now fails the calls that wait, and a further try finds the file beneath it again.
        Native.Signal(init.Processes().Single(p => p.Name == "silent-fs").Pid, Usr2);
        await init.WaitForLog("", "reloaded: restarting none, starting none, removing none, 2 unchanged", refused);
        await Patience.Until(() => Readers(init).Count == 0, "nobody reads any more");
        files.Rewrite("[service.a]\ncommand = [\"%hang\"]\n");
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting none, starting none, removing silent, 1 unchanged", refused);
        init.Signal(Term);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("", "orphan"));
    }

    /// <summary>No service runs, so the stop is over at the moment in which the reader is sent SIGKILL.</summary>
    [Theory]
    [InlineData("command = [\"%hang\"]", "ready")]
    [InlineData("command = [\"sh\", \"-c\", \"exit 1\"]\nrestart = { backoff = { initial = \"1h\", max = \"1h\" } }", "restarting in")]
    public async Task A_stop_does_not_wait_for_a_reader_that_no_SIGKILL_ends(string service, string state)
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "this kernel has no FUSE");
        using var files = new Installation($"[service.a]\n{service}\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        await init.WaitForAll("a: ", state);
        // Started from outside, so that the stop does not end it.
        using var silent = Process.Start(new ProcessStartInfo(
            "/usr/bin/nsenter",
                [$"--target={init.Pid}", "--mount", Files.Program("silent-fs"), files[""]]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("silent", await silent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            init.Signal(Hup);
            Assert.Equal("asked", await silent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            init.Signal(Term);
            // Orphans would have ten seconds, and two more.
            await init.WaitForLog("", "down after", limit: TimeSpan.FromSeconds(8));
            await Patience.Until(() => Stuck(init) == 1, "it sleeps in the kernel");
        }
        finally
        {
            silent.Kill();
        }
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("", "reload"));
    }

    [Fact]
    public async Task If_no_child_can_be_started_to_read_it_the_file_is_refused()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        async Task Limit(int descriptors) =>
            Assert.Equal(0, (await InitProcess.Program("/usr/bin/prlimit", $"--pid={init.Pid}", $"--nofile={descriptors}:1024")).Exit);
        await Limit(Directory.GetFiles($"/proc/{init.Pid}/fd").Length);
        init.Signal(Hup);
        var refused = await init.WaitForLog("", "not reloaded");
        Assert.Contains(init.Lines.Logged("", "reload: "), l =>
            l.Text.EndsWith("mcp-init cannot start a process to read it: Too many open files (EMFILE); send SIGHUP again when there is " +
                "room",
                StringComparison.Ordinal));
        await Limit(1024);
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting none", refused);
    }

    /// <summary>Any beginning of this file that ends at a table is a valid file, and lacks the last service.</summary>
    [Fact]
    public async Task Of_a_file_that_is_written_over_and_over_never_half_is_in_force()
    {
        const string First = "[service.first]\ncommand = [\"%hang\"]\n";
        const string Last = "[service.last]\ncommand = [\"%hang\"]\n";
        using var files = new Installation(First + $"# {new string('x', 50_000)}\n" + Last);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        var text = await File.ReadAllBytesAsync(files["mcp-init.toml"], TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        // In memory, so that no write has to wait for a disk.
        var file = $"/dev/shm/{Path.GetRandomFileName()}";
        await File.WriteAllBytesAsync(file, text, TestContext.Current.CancellationToken);
        File.Delete(files["mcp-init.toml"]);
        File.CreateSymbolicLink(files["mcp-init.toml"], file);
        var writer = Task.Run(() => WriteOver(file, text, stop.Token), TestContext.Current.CancellationToken);
        var last = init.Lines[^1];
        try
        {
            for (var round = 0; round < 10; round++)
            {
                init.Signal(Hup);
                last = await init.WaitForLog("", "reloaded", last);
            }
            await stop.CancelAsync();
            Assert.SkipWhen(await writer >= Pause, "the machine was too busy to write without a pause");
            init.Signal(Hup);
            await init.WaitForLog("", "reloaded: restarting none, starting none, removing none, 2 unchanged", last);
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
            File.Delete(file);
        }
        Assert.All(
            init.Lines.Logged("", "reload: "), l => Assert.Contains("it changes while it is read", l.Text, StringComparison.Ordinal));
        Assert.All(init.Lines.Logged("", "reloaded: restarting"), l => Assert.Contains("2 unchanged", l.Text, StringComparison.Ordinal));
        Assert.NotEmpty(init.Lines.Logged("", "not reloaded"));
    }

    /// <summary>Empties the file, and then writes it piece by piece.</summary>
    /// <returns>The longest time that this took.</returns>
    private static TimeSpan WriteOver(string path, byte[] text, CancellationToken stop)
    {
        var slowest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var begin = Stopwatch.GetTimestamp();
            using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            var half = text.AsSpan().IndexOf("# "u8);
            stream.Write(text.AsSpan(0, half));
            stream.Write(text.AsSpan(half));
            slowest = slowest > Stopwatch.GetElapsedTime(begin) ? slowest : Stopwatch.GetElapsedTime(begin);
        }
        return slowest;
    }

    /// <summary>A pipe without a writer replaces the file.</summary>
    private static async Task MakePipe(Installation files)
    {
        File.Delete(files["mcp-init.toml"]);
        Assert.Equal(0, (await InitProcess.Program("/usr/bin/mkfifo", files["mcp-init.toml"])).Exit);
    }

    /// <summary>Checks that children are collected and restarted, and that signals are answered.</summary>
    private static async Task GoesOn(InitProcess init, int restarts)
    {
        Native.Signal(init.Processes().Single(p => p.Name == "hang").Pid, Kill);
        await Patience.Until(() => init.Lines.Logged("a", "ready").Count == restarts + 1, "it is ready again");
        await Answers(init);
    }

    private static async Task Answers(InitProcess init)
    {
        var last = init.Lines[^1];
        init.Signal(Usr1);
        await init.WaitForLog("", "status", last);
    }

    /// <summary>The children that were started to read the file and are not collected yet.</summary>
    private static List<ProcessInfo> Readers(InitProcess init) =>
        [.. init.Processes().Where(p => p.InnerPid != 1 && p.Parent == init.Pid && p.State != 'Z' && IsReader(p.Pid))];

    private static int Stuck(InitProcess init) => Readers(init).Count(p => p.State == 'D');

    private static bool IsReader(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline"))
                .StartsWith("mcp-init\0read\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
