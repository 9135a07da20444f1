using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Daemons that put themselves into the background, and those that name another main process.</summary>
public sealed class ForkingTests
{
    /// <summary>The parent of the daemon ends as soon as it has forked; the daemon says SIGTERM, which only a main process is sent alone.</summary>
    [Theory]
    [InlineData("\"%daemonise\", \"--pidfile\", \"%/daemon.pid\"", "pidfile = \"%/daemon.pid\"", false)]
    [InlineData("\"%daemonise\", \"--pidfile\", \"%/daemon.pid\"", "pidfile = \"%/daemon.pid\"", true)]
    [InlineData("\"%daemonise\"", "", false)]
    [InlineData("\"%daemonise\"", "", true)]
    // A real tool that writes its pidfile before the daemon is anything but its own.
    [InlineData(
        "\"/sbin/start-stop-daemon\", \"--start\", \"--background\", \"--make-pidfile\", \"--pidfile\", \"%/daemon.pid\", \"--exec\", \"%hang\"",
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
        var main = Assert.Single(init.Processes(), p => p.Name is "daemonise" or "hang");
        Assert.EndsWith($"pid {main.InnerPid} now", changed.Text, StringComparison.Ordinal);
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting", ready);
        await init.WaitForLog("web", "ready after", ready);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("web", "killed, it did not stop"));
        Assert.False(init.Lines.HasLogged("web", "ending what it left behind"));
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

    /// <summary>A wrapper that names its child and ends; and a service that goes on beside one that has lost its parent.</summary>
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
        var main = Assert.Single(init.Processes(), p => p.Name == "signals");
        Assert.EndsWith($"pid {main.InnerPid} now", changed.Text, StringComparison.Ordinal);
        Native.Signal(main.Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting", changed);
    }

    [Fact]
    public async Task What_is_none_of_its_processes_is_not_its_main_one()
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
        Assert.False(init.Lines.HasLogged("web", "main process is"));
        Native.Signal(Assert.Single(init.Processes(), p => p.Name == "signals").Pid, 9);
        await init.WaitForLog("web", "killed by SIGKILL; restarting");
        Assert.Contains(init.Processes(), p => p.Name == "hang");
    }
}
