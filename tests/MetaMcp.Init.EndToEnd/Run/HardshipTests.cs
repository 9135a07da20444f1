using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Nothing that happens after the start may end PID 1.</summary>
public sealed class HardshipTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_thousand_orphans_while_services_run(bool terminal)
    {
        using var files = new Installation("""
            [service.orphans]
            type = "oneshot"
            command = ["/bin/sh", "-c", "%forkmany orphans 20000 && %forkmany burst 1000"]
            required = true
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { Terminal = terminal });
        await init.WaitForLog("orphans", "completed", limit: Patience.Long);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_thread_of_ours_blocks_all_signals_and_no_service_does(bool terminal)
    {
        using var files = new Installation("""
            [service.plain]
            command = ["%signals", "--exit-on", "15"]
            no_new_privileges = false
            [service.second-stage]
            command = ["%signals", "--exit-on", "15"]
            nice = 1
            """);
        await using var init = await InitProcess.Start(files.Setup with { Terminal = terminal, IgnoredSignals = [1, 13] });
        foreach (var service in new[] { "plain", "second-stage" })
        {
            var start = await init.WaitForAll($"{service} ", "start pid=");
            Assert.Contains("blocked=0000000000000000 ignored=0000000000000000 fds=0,1,2 ", start.Text, StringComparison.Ordinal);
        }
        foreach (var thread in init.Threads())
            Assert.Empty(PassThrough.SignalForwardingTests.Forwarded.Append(17).Except(ProcessInfo.Signals(thread["SigBlk"])));
    }

    [Fact]
    public async Task Chaos_for_a_while()
    {
        // Whatever is killed, stopped or requested, in whatever order: the init stays, reports no bug, and ends when asked.
        var services = Enumerable.Range(0, 12).Select(i => $$"""
            [service.s{{i}}]
            command = ["/bin/sh", "-c", "%forkmany orphans 3; %daemonise; %ignore-term & exec %hang"]
            stop_timeout = "200ms"
            {{(i > 0 && i % 3 == 0 ? $"depends_on = [\"s{i - 1}\"]" : "")}}
            """);
        using var files =
            new Installation("[restart]\npolicy = \"always\"\nbackoff = { initial = \"10ms\", max = \"50ms\" }\nbreaker = { failures = " +
                "1000 }\n" + string.Join('\n', services));
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        var random = new Random(20_240_607);
        for (var turn = 0; turn < 400; turn++)
        {
            var others = init.Processes().Where(process => process.InnerPid != 1).ToList();
            if (others.Count > 0)
                Native.TrySignal(others[random.Next(others.Count)].Pid, random.GetItems([9, 15, 19, 18, 11, 1], 1)[0]);
            init.Signal(random.GetItems([1, 10, 12, 17, 18, 20, 28, 40, 64], 1)[0]);
        }
        // By now every service may have been restarted. If there is no process to end, one is about to start.
        var last = init.Lines[^1];
        if (init.Processes().FirstOrDefault(process => process.Name == "hang" && process.Parent == init.Pid) is { } main)
            Native.TrySignal(main.Pid, 9);
        await init.WaitFor(line => line.Text.Contains(": started", StringComparison.Ordinal), "a start after the chaos", last);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_signal_without_a_meaning_changes_nothing()
    {
        using var files = new Installation("[service.one]\ncommand = [\"%hang\"]");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        foreach (var number in PassThrough.SignalForwardingTests.Forwarded.Except([1, 2, 3, 15, 37]))
            init.Signal(number);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_storm_of_queued_signals_keeps_no_stop_from_being_heard()
    {
        using var files = new Installation("""
            [init]
            log_level = "error"
            [service.one]
            command = ["%storm", "1", "45"]
            [service.two]
            command = ["%storm", "1", "46"]
            [service.listener]
            command = ["%signals"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("start pid=");
        init.Signal(15);
        await init.WaitFor("signal 15");
        init.Signal(3);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Descriptors_that_run_out_make_starts_wait_and_fail_none()
    {
        var services = Enumerable.Range(0, 40).Select(i => $"""
            [service.s{i}]
            type = "oneshot"
            required = true
            command = ["sh", "-c", "until [ -e %/gate ]; do sleep 0.05; done"]
            """);
        using var files = new Installation("[startup]\nretries = 0\n[service.hang]\ncommand = [\"%hang\"]\n" + string.Join('\n', services));
        await using var init = await InitProcess.Start(files.Setup with { Limits = [("nofile", 72)] });
        await init.WaitFor("EMFILE");
        Assert.True(init.Lines.ServicesWith("started").Count > 5);
        files.Open("gate");
        await init.WaitForLog("", "up after");
        Assert.Equal(40, init.Lines.ServicesWith("completed").Count);
        Assert.Empty(init.Lines.ServicesWith("failed"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Services_have_the_limit_of_descriptors_that_the_init_was_given()
    {
        using var files = new Installation("""
            [service.a]
            command = ["sh", "-c", "echo soft $(ulimit -Sn) hard $(ulimit -Hn); exec sleep 100"]
            [service.b]
            command = ["sleep", "100"]
            probe = { exec = ["sh", "-c", "[ $(ulimit -Sn) = 100 ]"] }
            """);
        await using var init = await InitProcess.Start(files.Setup with { Limits = [("soft-nofile", 100)] });
        var line = await init.WaitFor("soft 100 hard ");
        var limits = (await File.ReadAllLinesAsync($"/proc/{init.Pid}/limits", TestContext.Current.CancellationToken))
            .Single(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // The soft limit of the init itself equals the hard one.
        Assert.Equal(limits[4], limits[3]);
        Assert.EndsWith($"hard {limits[4]}", line.Text, StringComparison.Ordinal);
        await init.WaitForLog("b", "ready");
    }

    [Fact]
    public async Task Refused_forks_are_no_failures_and_everything_runs_again_afterwards()
    {
        // The limit is so strict that one more failure would be too many.
        var services = Enumerable.Range(0, 5).Select(i => $$"""
            [service.s{{i}}]
            command = ["%hang"]
            restart = { policy = "always", backoff = { initial = "20ms", max = "20ms" }, breaker = { failures = 2 }, max_restarts = 1 }

            """);
        using var files = new Installation("[startup]\nretries = 0\n" + string.Concat(services));
        await using var init = await InitProcess.Start(files.Setup with { User = 54002 });
        await init.WaitForLog("", "up after");
        var first = await init.WaitForLog("s4", "ready");
        await AllowProcesses(1);
        foreach (var process in init.Processes().Where(p => p.Name == "hang"))
            Native.Signal(process.Pid, 9);
        for (var i = 0; i < 5; i++)
            await init.WaitForLog($"s{i}", "short of something: spawn: Resource temporarily unavailable (EAGAIN)", first);
        await AllowProcesses(1000);
        foreach (var i in Enumerable.Range(0, 5))
        {
            var killed = await init.WaitForLog($"s{i}", "killed by SIGKILL");
            await init.WaitForLog($"s{i}", "ready", killed);
        }
        Assert.Empty(init.Lines.ServicesWith("failed:"));
        Assert.Empty(init.Lines.ServicesWith("circuit open"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());

        // Done as the user itself: to change a limit of another user's process takes a capability that root does not have on every
        // machine.
        async Task AllowProcesses(int count)
        {
            var ended = await InitProcess.Program(
                "/usr/bin/setpriv", "--reuid=54002", "--regid=54002", "--clear-groups", "prlimit", $"--pid={init.Pid}",
                    $"--nproc={count}:");
            Assert.True(ended.Exit == 0, ended.Error);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_root_without_proc(bool readOnly)
    {
        using var scratch = new Scratch();
        var root = scratch.Root(Files.Binary, Files.Program("signals"), Files.Program("hang"));
        await File.WriteAllTextAsync(Path.Combine(root, "a.toml"), """
            [service.plain]
            command = ["/hang"]
            no_new_privileges = false
            [service.second-stage]
            command = ["/signals", "--exit-on", "15"]
            umask = "077"
            depends_on = ["plain"]
            """, TestContext.Current.CancellationToken);
        await using var init = await InitProcess.Start(
            new Setup("run", "--config", "/a.toml") { Root = root, ReadOnlyRoot = readOnly });
        await init.WaitFor("start pid=");
        await init.WaitForLog("", "up after");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Theory]
    [InlineData("no_new_privileges = false")]
    [InlineData("umask = \"077\"")]
    public async Task Runtime_options_in_the_environment_are_the_services(string attributes)
    {
        using var files = new Installation($"[service.one]\ntype = \"oneshot\"\ncommand = [\"%attributes\"]\n{attributes}");
        var given = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "1000", ["DOTNET_DbgEnableMiniDump"] = "1" };
        var ended = await InitProcess.Run(files.Setup with { Environment = given });
        Assert.Equal(0, ended.Code);
        Assert.Contains("one      | env DOTNET_GCHeapHardLimit=1000", ended.Stdout);
        Assert.Contains("one      | env DOTNET_DbgEnableMiniDump=1", ended.Stdout);
    }

    [Fact]
    public async Task Another_user_than_root()
    {
        using var files = new Installation("[service.one]\ncommand = [\"%signals\", \"--exit-on\", \"15\"]");
        await using var init = await InitProcess.Start(files.Setup with { User = 54003 });
        await init.WaitForAll("start pid=", "uid=54003");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Not_pid_1()
    {
        using var files = new Installation("""
            [service.one]
            command = ["%hang"]
            [service.escaper]
            type = "oneshot"
            command = ["%daemonise"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { NotFirst = true });
        await init.WaitForLog("", "up after");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Contains("escaper  | daemon got 15", init.Stdout);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0, 1, 2)]
    public async Task Closed_descriptors(params int[] closed)
    {
        using var files = new Installation("""
            [service.one]
            type = "oneshot"
            command = ["/bin/sh", "-c", "echo out; echo err >&2; readlink /proc/self/fd/* > %/seen || true"]
            [service.two]
            type = "oneshot"
            command = ["%exits", "8"]
            depends_on = ["one"]
            required = true
            restart = "never"
            """);
        Assert.Equal(8, (await InitProcess.Run(files.Setup with { ClosedDescriptors = closed })).Code);
        Assert.DoesNotContain("eventpoll", await File.ReadAllTextAsync(files["seen"], TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
