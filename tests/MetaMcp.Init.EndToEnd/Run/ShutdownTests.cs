using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed class ShutdownTests
{
    private const string Chain = """
        [service.database]
        command = ["%hang"]
        [service.backend]
        command = ["%hang"]
        depends_on = ["database"]
        [service.frontend]
        command = ["%hang"]
        depends_on = ["backend"]
        """;

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(37)]
    public async Task A_request_stops_all_in_reverse_order_and_is_a_success(int signal)
    {
        using var files = new Installation(Chain);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        init.Signal(signal);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Equal(["frontend", "backend", "database"], init.Lines.ServicesWith("stopped"));
        Assert.True(init.Lines.IndexOfLog("frontend", "stopped") < init.Lines.IndexOfLog("backend", "stopping"));
        Assert.True(init.Lines.IndexOfLog("backend", "stopped") < init.Lines.IndexOfLog("database", "stopping"));
    }

    [Fact]
    public async Task Stopping_takes_no_longer_than_the_services_do()
    {
        using var files = new Installation(Chain);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        var start = Stopwatch.GetTimestamp();
        init.Signal(15);
        await init.WaitForExit();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Independents_stop_at_the_same_time()
    {
        // Each service, as it ends, waits for a file that the other makes as it ends: if they stopped one after the other, both would be
        // killed.
        using var files = new Installation("""
            [service.here]
            command = [
                "/bin/sh", "-c",
                "trap 'touch %/here; until test -e %/there; do sleep 0.01; done; exit 0' TERM; echo up; while :; do sleep 0.01; done",
            ]
            ready = "started"
            stop_timeout = "10s"
            [service.there]
            command = [
                "/bin/sh", "-c",
                "trap 'touch %/there; until test -e %/here; do sleep 0.01; done; exit 0' TERM; echo up; while :; do sleep 0.01; done",
            ]
            ready = "started"
            stop_timeout = "10s"
            """);
        await using var init = await files.Start();
        await init.WaitFor("here     | up");
        await init.WaitFor("there    | up");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Lines.ServicesWith("killed,"));
    }

    [Fact]
    public async Task A_service_that_ignores_the_signal_is_killed_at_its_timeout()
    {
        using var files = new Installation("""
            [service.stubborn]
            command = ["%ignore-term"]
            stop_timeout = "300ms"
            [service.base]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("stubborn | ignoring");
        var start = Stopwatch.GetTimestamp();
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(300));
        Assert.True(init.Lines.HasLogged("stubborn", "killed"));
        Assert.False(init.Lines.HasLogged("base", "killed,"));
    }

    [Fact]
    public async Task The_whole_phase_has_a_deadline()
    {
        using var files = new Installation("""
            [shutdown]
            timeout = "400ms"
            [service.stubborn]
            command = ["%ignore-term"]
            stop_timeout = "1h"
            """);
        await using var init = await files.Start();
        await init.WaitFor("stubborn | ignoring");
        init.Signal(15);
        await init.WaitForExit(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(15, 15)]
    [InlineData(15, 3)]
    [InlineData(3, 3)]
    [InlineData(2, 2)]
    [InlineData(37, 15)]
    public async Task A_second_request_is_an_emergency(int first, int second)
    {
        using var files = new Installation("""
            [shutdown]
            timeout = "1h"
            [service.stubborn]
            command = ["%ignore-term"]
            stop_timeout = "1h"
            """);
        await using var init = await files.Start();
        await init.WaitFor("stubborn | ignoring");
        init.Signal(first);
        await init.WaitForLog("stubborn", "stopping");
        var start = Stopwatch.GetTimestamp();
        init.Signal(second);
        await init.WaitForExit();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        Assert.True(init.Lines.HasLogged("", "emergency"));
    }

    /// <summary>The STOPSIGNAL of common images: nginx and php-fpm SIGQUIT, httpd and php SIGWINCH, haproxy SIGUSR1.</summary>
    [Theory]
    [InlineData(3, "")]
    [InlineData(37, "")]
    [InlineData(28, "signals = [\"SIGTERM\", \"SIGWINCH\"]")]
    [InlineData(10, "signals = [\"TERM\", 10]")]
    public async Task The_first_stop_signal_is_an_orderly_stop(int signal, string key)
    {
        using var files = new Installation($"""
            [shutdown]
            {key}
            [service.db]
            command = ["%signals", "--exit-on", "15"]
            [service.app]
            command = ["%signals", "--exit-on", "15"]
            depends_on = ["db"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        init.Signal(signal);
        Assert.Equal(0, await init.WaitForExit());
        Assert.True(init.Lines.HasLogged("", "shutting down ("));
        Assert.False(init.Lines.HasLogged("", "emergency"));
        Assert.True(init.Lines.IndexOfLog("app", "stopped") < init.Lines.IndexOfLog("db", "stopped"));
    }

    [Fact]
    public async Task A_stop_signal_that_the_file_does_not_know_is_said_once_with_what_to_do()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]");
        await using var init = await files.Start();
        await init.WaitForLog("a", "ready");
        init.Signal(28);
        var said = await init.WaitForLog("", "SIGWINCH has no meaning here and was ignored");
        Assert.Contains("STOPSIGNAL", said.Text, StringComparison.Ordinal);
        init.Signal(28);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Single(init.Lines.Logged("", "SIGWINCH"));
    }

    [Fact]
    public async Task A_request_during_startup_stops_what_was_started_and_starts_no_more()
    {
        using var files = new Installation("""
            [service.first]
            command = ["%hang"]
            [service.slow]
            command = ["%notify", "fd", "%/never"]
            ready = "notify-fd"
            depends_on = ["first"]
            [service.last]
            command = ["%hang"]
            depends_on = ["slow"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("slow     | before ready");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("last", "started"));
        Assert.True(init.Lines.IndexOfLog("slow", "stopped") < init.Lines.IndexOfLog("first", "stopping"));
    }

    [Fact]
    public async Task A_request_in_the_first_moment_is_honoured()
    {
        // Before the loop, during it, between two spawns: wherever the signal arrives, no process is left and the code is 0.
        for (var i = 0; i < 25; i++)
        {
            using var files = new Installation(Chain);
            await using var init = await files.Start();
            // The kernel drops signals that come before they are blocked: PID 1 gets none without a handler.
            await Patience.Until(
                () => ProcessInfo.Read(init.Pid)?.Name == "mcp-init" && init.Threads().All(BlocksByChoice),
                "the signals are blocked");
            init.Signal(15);
            Assert.Equal(0, await init.WaitForExit());
        }
    }

    // A thread that is just being created blocks all signals for a moment; our own mask leaves SIGSEGV out.
    private static bool BlocksByChoice(IReadOnlyDictionary<string, string> thread) =>
        ProcessInfo.Signals(thread["SigBlk"]) is var blocked && blocked.Contains(15) && !blocked.Contains(11);

    [Fact]
    public async Task A_request_during_a_backoff_ends_it()
    {
        using var files = new Installation("""
            [startup]
            retries = 9
            [restart]
            backoff = { initial = "1h", max = "1h" }
            [service.broken]
            type = "oneshot"
            command = ["%exits", "1"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("broken", "restarting in");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Theory]
    [InlineData("SIGINT", 2)]
    [InlineData("SIGQUIT", 3)]
    [InlineData("SIGRTMIN+3", 37)]
    public async Task Each_service_has_its_own_stop_signal(string name, int number)
    {
        using var files = new Installation($"""
            [service.particular]
            command = ["%signals", "--exit-on", "{number}"]
            stop_signal = "{name}"
            """);
        await using var init = await files.Start();
        await init.WaitFor("start pid=");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("particular", "killed,"));
        Assert.Contains(init.Stdout, line => line.EndsWith($"signal {number}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stopped_process_is_continued_so_that_it_can_end()
    {
        using var files = new Installation("""
            [service.frozen]
            command = ["%hang"]
            stop_timeout = "1h"
            """);
        await using var init = await files.Start();
        var ready = await init.WaitForLog("frozen", "ready");
        await init.WaitFor("frozen   | hanging");
        var pid = init.Inside(Log.PidIn(ready)).Pid;
        Native.Signal(pid, 19);
        await Patience.Until(() => ProcessInfo.Read(pid)?.State == 'T', "it is stopped");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_daemon_that_has_left_its_service_is_ended_too()
    {
        using var files = new Installation("""
            [service.escaper]
            type = "oneshot"
            command = ["%daemonise"]
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("escaper  | daemon pid");
        await init.WaitForLog("", "up after");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Contains("escaper  | daemon got 15", init.Stdout);
    }

    [Fact]
    public async Task A_daemon_that_ignores_the_signal_is_killed_after_the_grace()
    {
        // A process that shows no membership: its own session, an empty environment, and its parent gone at once.
        using var files = new Installation("""
            [init]
            orphan_grace = "300ms"
            [service.escaper]
            type = "oneshot"
            command = ["/usr/bin/env", "-i", "%daemonise", "--ignore-term"]
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        var start = Stopwatch.GetTimestamp();
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// The command is told the pid of the process to end, runs with the attributes of the service, and the signal follows.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_command_comes_first_and_knows_the_main_process(bool inCgroup)
    {
        using var files = new Installation("""
            [service.a]
            command = ["%signals", "--exit-on", "15"]
            environment = { FLAVOUR = "sweet" }
            stop_command = ["/bin/sh", "-c", "echo $FLAVOUR > %/told; kill -USR1 $MAINPID"]
            """) { OwnCgroup = inCgroup };
        await using var init = await files.Start();
        await init.WaitFor("start pid=");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Equal("sweet\n", await File.ReadAllTextAsync(files["told"], TestContext.Current.CancellationToken));
        var signals = init.Stdout.Where(line => line.Contains("signal ", StringComparison.Ordinal)).Select(line => line.Split(' ')[^1])
            .Where(s => s != "18").ToList();
        Assert.Equal(["10", "15"], signals);
        Assert.False(init.Lines.HasLogged("a", "stop_command failed"));
    }
}
