using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// A main process that is no child of mcp-init: its parent lives, is a subreaper, and never collects it. No signal tells mcp-init of its
/// end, and none of mcp-init's own children ends, so that no sweep would find it either.
/// </summary>
public sealed class ForeignMainTests
{
    private const string Unknown = "exit status unknown, as it was no child of mcp-init";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_end_is_the_end_of_the_service_at_once(bool hasCgroup)
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            [service.web]
            ready = "sd-notify"
            command = ["%subreaper", "/bin/sh", "-c", '''
                (%signals --exit-on 15 & echo $! > %/pid); systemd-notify MAINPID=$(cat %/pid) READY=1; exec sleep 1000''']
            """) { OwnCgroup = hasCgroup };
        await using var init = await files.Start();
        var changed = await init.WaitForLog("web", "main process is pid");
        var ready = await init.WaitForLog("web", "ready after", changed);
        var main = await init.Named("signals");
        Assert.EndsWith($"pid {main.InnerPid} now", changed.Text, StringComparison.Ordinal);
        Native.Signal(main.Pid, 9);
        var ended = await init.WaitForLog("web", $"{Unknown}; restarting", ready);
        await init.WaitForLog("web", "ready after", ended);
        var next = await init.Named("signals");
        Assert.NotEqual(main.InnerPid, next.InnerPid);
        await Patience.Until(() => init.Processes().Count(p => p.Name == "sleep") == 1, "nothing of the run before is left");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("web", "killed, it did not stop"));
    }

    /// <summary>The stop signal reaches the main process, and what is left of the service is ended after it.</summary>
    [Fact]
    public async Task It_is_sent_the_stop_signal()
    {
        using var files = new Installation("""
            [service.web]
            ready = "sd-notify"
            stop_signal = "SIGUSR1"
            command = ["%subreaper", "/bin/sh", "-c", '''
                (%signals --exit-on 10 & echo $! > %/pid); systemd-notify MAINPID=$(cat %/pid) READY=1; exec sleep 1000''']
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "main process is pid");
        await init.WaitForLog("web", "ready after");
        init.Signal(15);
        await init.WaitForLog("web", Unknown);
        await init.WaitForLog("web", "ending the processes that it left behind");
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("web", "killed, it did not stop"));
    }

    /// <summary>The daemon's parent is a supervisor of its own, which stays.</summary>
    [Fact]
    public async Task A_pidfile_may_name_it()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            [service.web]
            type = "forking"
            pidfile = "%/pid"
            command = ["sh", "-c", '''
                rm -f %/pid
                %subreaper /bin/sh -c '(%signals & echo $! > %/pid); exec sleep 1000' &
                until test -s %/pid; do sleep 0.01; done''']
            """);
        await using var init = await files.Start();
        var ready = await init.WaitForLog("web", "ready after");
        var main = await init.Named("signals");
        await init.WaitForLog("web", $"main process is pid {main.InnerPid} now");
        Native.Signal(main.Pid, 9);
        var ended = await init.WaitForLog("web", $"{Unknown}; restarting", ready);
        await init.WaitForLog("web", "ready after", ended);
    }

    /// <summary>It was another's child when it was named, and is ours when it ends.</summary>
    [Fact]
    public async Task One_that_lost_its_parent_since_ends_with_its_status()
    {
        using var files = new Installation("""
            [service.web]
            ready = "sd-notify"
            restart = "never"
            command = ["sh", "-c", '''
                sh -c 'until test -e %/end; do sleep 0.01; done; exit 7' & systemd-notify MAINPID=$! READY=1
                until test -e %/go; do sleep 0.01; done''']
            """);
        await using var init = await files.Start();
        await init.WaitForLog("web", "main process is pid");
        await init.WaitForLog("web", "ready after");
        files.Open("go");
        await Patience.Until(
            () => init.Processes().Count(p => p.Name == "sh") == 1, "the parent of the main process has ended");
        files.Open("end");
        await init.WaitForLog("web", "exit code 7");
    }
}
