using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Daemons that put themselves into the background, and services that name another main process.</summary>
public sealed class ForkingTests
{
    /// <summary>
    /// The parent of the daemon ends as soon as it has forked. The daemon reports SIGTERM, which is sent only to a main process.
    /// </summary>
    [Theory]
    [InlineData("\"%daemonise\", \"--pidfile\", \"%/daemon.pid\"", "pidfile = \"%/daemon.pid\"", false)]
    [InlineData("\"%daemonise\", \"--pidfile\", \"%/daemon.pid\"", "pidfile = \"%/daemon.pid\"", true)]
    [InlineData("\"%daemonise\"", "", false)]
    [InlineData("\"%daemonise\"", "", true)]
    // A real tool that writes its pidfile before the daemon has executed its program.
    [InlineData(
        "\"/sbin/start-stop-daemon\", \"--start\", \"--background\", \"--make-pidfile\", \"--pidfile\", \"%/daemon.pid\", \"--exec\", " +
        "\"%hang\"",
        "pidfile = \"%/daemon.pid\"", false)]
    public async Task A_daemon_in_the_background_is_ready_and_stopped_and_started_again(string command, string pidFile, bool hasCgroup)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            [service.web]
            type = "forking"
            command = [{{command}}]
            {{pidFile}}
            """) { OwnCgroup = hasCgroup };
        await using var init = await files.Start();
        var changed = await init.WaitForLog("web", "main process is pid");
        var ready = await init.WaitForLog("web", "ready after", changed);
        // start-stop-daemon writes the file before it executes the program.
        await Patience.Until(() => init.Processes().Any(p => p.Name is "daemonise" or "hang"), "the daemon's program runs");
        var main = Assert.Single(init.Processes(), p => p.Name is "daemonise" or "hang");
        Assert.EndsWith($"pid {main.InnerPid} now", changed.Text, StringComparison.Ordinal);
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting", ready);
        await init.WaitForLog("web", "ready after", ready);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("web", "killed, it did not stop"));
        Assert.False(init.Lines.HasLogged("web", "ending the processes that it left behind"));
    }

    /// <summary>
    /// A daemon that forks twice is in no known session or group, and root cannot read its environment without CAP_SYS_PTRACE, which
    /// Docker does not give.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("pidfile = \"%/daemon.pid\"")]
    public async Task A_daemon_of_another_user_is_found_with_what_Docker_gives(string pidFile)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            [service.web]
            type = "forking"
            user = "54007"
            command = ["%daemonise", "--pidfile", "%/daemon.pid"]
            {{pidFile}}
            [service.outside]
            command = ["sh", "-c", "until test -e %/look; do sleep 0.01; done; echo it is open > /proc/1/fd/1; exec %hang"]
            """);
        await using var init = await InitProcess.Start(files.Setup.WithDockersCapabilities());
        var ready = await init.WaitForLog("web", "ready after");
        var main = Assert.Single(init.Processes(), p => p.Name == "daemonise");
        await init.WaitForLog("web", $"main process is pid {main.InnerPid} now");
        // Reading as another user would take this ability from PID 1 if the user were not changed back.
        files.Open("look");
        await init.WaitFor("it is open");
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting", ready);
        await init.WaitForLog("web", "ready after", ready);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("web", "killed, it did not stop"));
    }

    [Fact]
    public async Task A_pidfile_that_names_another_services_process_is_not_believed()
    {
        using var files = new Installation("""
            [service.other]
            command = ["sh", "-c", "echo $$ > %/web.pid; exec %hang"]
            [service.web]
            type = "forking"
            command = ["%daemonise"]
            pidfile = "%/web.pid"
            after = ["other"]
            start_timeout = "1s"
            restart = "never"
            """);
        await using var init = await files.Start();
        var failed = await init.WaitForLog("web", "failed: not ready within 1s before its pidfile");
        Assert.EndsWith("is another one's", failed.Text, StringComparison.Ordinal);
        await Patience.Until(() => !init.Processes().Any(p => p.Name == "daemonise"), "nothing of it is left");
        Assert.Contains(init.Processes(), p => p.Name == "hang");
    }

    [Fact]
    public async Task A_pidfile_that_never_comes_is_named_with_the_reason()
    {
        using var files = new Installation("""
            [service.web]
            type = "forking"
            command = ["%daemonise"]
            pidfile = "%/none.pid"
            start_timeout = "500ms"
            restart = "never"
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "none.pid named its main process: No such file or directory");
    }

    [Fact]
    public async Task A_daemon_without_the_type_gets_a_hint()
    {
        using var files = new Installation("""
            [service.web]
            command = ["%daemonise"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "type = \"forking\"");
    }

    /// <summary>A wrapper that names its child and ends; and a service that continues beside a process that has lost its parent.</summary>
    [Theory]
    [InlineData("%signals & systemd-notify MAINPID=$! READY=1")]
    [InlineData("sh -c '%signals & echo $! > %/pid'; systemd-notify MAINPID=$(cat %/pid) READY=1; exec sleep 1000")]
    public async Task A_process_that_it_names_is_its_main_one(string script)
    {
        using var files = new Installation($$"""
            [service.web]
            ready = "sd-notify"
            command = ["sh", "-c", "{{script}}"]
            """);
        await using var init = await files.Start();
        var changed = await init.WaitForLog("web", "main process is pid");
        await init.WaitForLog("web", "ready after");
        var main = await init.Named("signals");
        Assert.EndsWith($"pid {main.InnerPid} now", changed.Text, StringComparison.Ordinal);
        // Until its parent has ended, it is no child of mcp-init, and its status is the parent's.
        await Patience.Until(
            () => init.Processes().Single(p => p.Name == "signals").Parent == init.Pid, "its parent is mcp-init");
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting", changed);
    }

    [Fact]
    public async Task Of_two_names_at_once_the_last_counts()
    {
        using var files = new Installation("""
            [service.web]
            ready = "sd-notify"
            command = ["sh", "-c", '''
                (%hang & echo $! > %/one); (%signals & echo $! > %/two)
                systemd-notify MAINPID=$(cat %/one); systemd-notify MAINPID=$(cat %/two) READY=1
                exec sleep 1000''']
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "main process is pid", await init.WaitForLog("web", "main process is pid"));
        var main = await init.Named("signals");
        await init.WaitForLog("web", $"main process is pid {main.InnerPid} now");
    }

    /// <summary>No signal ends the reader, and mcp-init does not wait for it.</summary>
    [Fact]
    public async Task A_pidfile_on_a_file_system_that_hangs_holds_up_its_own_service_alone()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "this kernel has no FUSE");
        using var files = new Installation("""
            [service.fs]
            command = ["%silent-fs", "%/hang"]
            [service.gate]
            type = "oneshot"
            command = ["sh", "-c", "until grep -q %/hang /proc/mounts; do sleep 0.02; done"]
            [service.web]
            type = "forking"
            command = ["%daemonise"]
            pidfile = "%/hang/daemon.pid"
            start_timeout = "8s"
            restart = "never"
            after = ["gate"]
            [service.ticker]
            command = ["sh", "-c", "sleep 0.1; exit 3"]
            restart = { policy = "always", backoff = { initial = "50ms", max = "50ms" }, breaker = { failures = 1000 } }
            """);
        Directory.CreateDirectory(files["hang"]);
        await using var init = await files.Start();
        var asked = await init.WaitFor("asked");
        var crashed = await init.WaitForLog("ticker", "exit code 3", asked);
        await init.WaitForLog("ticker", "exit code 3", crashed);
        await init.WaitForLog("web", "daemon.pid named its main process: it could not be read within 5s: its file system does not answer");
        await init.WaitForLog("web", "failed");
        Assert.DoesNotContain(init.Processes(), p => p.Name == "daemonise");
        init.Signal(15);
        await init.WaitForLog("", "down after");
    }

    [Fact]
    public async Task A_process_outside_the_service_is_not_its_main_one()
    {
        using var files = new Installation("""
            [service.other]
            command = ["%hang"]
            [service.web]
            ready = "sd-notify"
            after = ["other"]
            command = ["sh", "-c", "systemd-notify MAINPID=$(pidof hang); systemd-notify MAINPID=1; systemd-notify READY=1; exec %signals"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "ready after");
        await Patience.Until(() => init.Processes().Any(p => p.Name == "signals"), "its program runs");
        Assert.False(init.Lines.HasLogged("web", "main process is"));
        Native.Signal((await init.Named("signals")).Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting");
        Assert.Contains(init.Processes(), p => p.Name == "hang");
    }

    /// <summary>nginx and others are upgraded like this: a signal that is passed on does not ask for an end.</summary>
    [Fact]
    public async Task A_new_master_takes_over_on_a_signal_that_is_passed_on()
    {
        using var files = new Installation("""
            [signals]
            SIGUSR2 = "web"
            [service.web]
            ready = "sd-notify"
            command = [
                "sh", "-c",
                "trap '%hang & systemd-notify MAINPID=$!; exit 0' USR2; systemd-notify READY=1; while :; do sleep 0.1; done",
            ]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "ready after");
        init.Signal(12);
        await init.WaitForLog("web", "main process is pid");
        Assert.False(init.Lines.HasLogged("web", "exited"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_name_says_that_a_forking_service_is_in_the_background()
    {
        using var files = new Installation("""
            [service.web]
            type = "forking"
            watchdog = "60s"
            pidfile = "%/none.pid"
            command = ["sh", "-c", "(%hang & echo $! > %/pid); systemd-notify MAINPID=$(cat %/pid); exec sleep 1000"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "main process is pid");
        await init.WaitForLog("web", "ready after");
    }

    /// <summary>The process that is named first is no child of mcp-init, and is the main one until the other name comes.</summary>
    [Fact]
    public async Task A_name_that_was_taken_back_counts_no_more()
    {
        using var files = new Installation("""
            [service.web]
            ready = "sd-notify"
            command = ["sh", "-c", "%hang & systemd-notify MAINPID=$!; systemd-notify MAINPID=$$ READY=1; exec %signals"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "ready after");
        await Patience.Until(() => init.Processes().Any(p => p.Name == "signals"), "its program runs");
        var main = await init.Named("signals");
        await init.WaitForLog("web", $"main process is pid {main.InnerPid} now");
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting");
    }

    /// <summary>docker pause freezes a cgroup like this: a descriptor that is not read must not be watched.</summary>
    [Fact]
    public async Task Its_cgroup_can_be_frozen_and_thawed_and_the_init_sleeps()
    {
        using var files = new Installation("""
            [service.web]
            type = "forking"
            command = ["%daemonise"]
            """) { OwnCgroup = true };
        await using var init = await files.Start();
        await init.WaitForLog("web", "ready after");
        var directory = Directory.GetDirectories(Path.Combine(init.Cgroup, "workload", "web"))
            .Append(Path.Combine(init.Cgroup, "workload", "web")).First(d => File.ReadAllText(Path.Combine(d, "cgroup.procs")).Length > 0);
        foreach (var frozen in (string[])["1", "0"])
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "cgroup.freeze"), frozen, TestContext.Current.CancellationToken);
            await Patience.Until(
                () => File.ReadAllText(Path.Combine(directory, "cgroup.events"))
                .Contains($"frozen {frozen}", StringComparison.Ordinal), "it is so");
        }
        var before = Ticks(init.Pid);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.InRange(Ticks(init.Pid) - before, 0, 10);
    }

    private static long Ticks(int pid) =>
        File.ReadAllText($"/proc/{pid}/stat").Split(' ') is var fields ? long.Parse(fields[13]) + long.Parse(fields[14]) : 0;
}
