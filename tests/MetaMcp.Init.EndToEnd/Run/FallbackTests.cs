using System.Diagnostics;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Membership in a service without cgroups: here the namespace shares its cgroup with the tests.</summary>
public sealed class FallbackTests
{
    /// <summary>Each service leaves a daemon whose membership only one kind of evidence shows.</summary>
    [Theory]
    // The daemon has its own session, and the parent between is gone at once: its environment tells.
    [InlineData("%daemonise --ignore-term", "daemonise")]
    // The daemon has its own group and an empty environment: its session tells.
    [InlineData("set -m; env -i %ignore-term & sleep 0.2", "ignore-term")]
    // The daemon has its own session and an empty environment: it was seen before it lost its parent.
    [InlineData("env -i setsid %ignore-term & until test -e %/go; do sleep 0.01; done", "ignore-term")]
    // A session of its own below a parent of its own; neither is in the service's session.
    [InlineData("setsid /bin/sh -c '%ignore-term & %ignore-term & wait' & sleep 0.2", "ignore-term")]
    public async Task A_daemon_is_ended_before_its_service_starts_again(string script, string name)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["/bin/sh", "-c", "{{script}}; exit 1"]
            tasks_max = 1000
            stop_timeout = "200ms"
            """ + SampledLimitsTests.Marker);
        await using var init = await files.Start();
        await init.WaitForLog("family", "ready");
        await Patience.Until(() => init.Processes().Any(p => p.Name == name), "its daemon runs");
        if (script.Contains("%/go", StringComparison.Ordinal))
            await files.Look(init);
        var daemons = init.Processes().Where(p => p.Name == name).Select(p => p.InnerPid).ToList();
        // Processes that are found at once may belong to a later run by now, so only lines from here on count.
        var seen = init.Lines[^1];
        files.Open("go");
        var killed = await init.WaitForLog("family", "killed the processes that it left", seen);
        await init.WaitForLog("family", "started", killed);
        Assert.DoesNotContain(init.Processes(), p => daemons.Contains(p.InnerPid) && p.Name == name);
    }

    [Fact]
    public async Task A_daemon_is_asked_before_it_is_killed()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["/bin/sh", "-c", "%daemonise; exit 1"]
            """);
        await using var init = await files.Start();
        var first = await init.WaitFor("daemon got 15");
        await init.WaitFor("daemon pid", first);
        Assert.False(init.Lines.HasLogged("family", "killed the processes that it left"));
    }

    [Fact]
    public async Task A_stop_takes_a_daemon_with_it_in_its_turn()
    {
        using var files = new Installation("""
            [service.base]
            command = ["%hang"]
            [service.family]
            command = ["%daemonise", "--stay", "--ignore-term"]
            depends_on = ["base"]
            stop_timeout = "300ms"
            """);
        await using var init = await files.Start();
        await init.WaitFor("staying");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.True(init.Lines.IndexOfLog("family", "killed the processes that it left") < init.Lines.IndexOfLog("base", "stopping"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--setsid")]
    public async Task A_fork_bomb_is_got(string how)
    {
        using var files = new Installation($$"""
            [service.bomb]
            command = ["/bin/sh", "-c", "exec %forkbomb {{how}}"]
            user = "54011"
            rlimits = { nproc = "200:200" }
            stop_timeout = "300ms"
            restart = "never"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("lit");
        await init.WaitForLog("bomb", "ending the processes that it left");
        var start = Stopwatch.GetTimestamp();
        await init.WaitForLog("bomb", "failed");
        TestContext.Current.TestOutputHelper?.WriteLine($"bomb {how}: gone after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Assert.DoesNotContain(init.Processes(), p => p.Name == "forkbomb" && p.State != 'Z');
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Others_are_left_alone()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.victim]
            command = ["/bin/sh", "-c", "setsid %hang leftover & exec %hang main"]
            [service.neighbour]
            command = ["/bin/sh", "-c", "setsid %ignore-term & exec %hang"]
            """);
        await using var init = await files.Start();
        var ready = await init.WaitForLog("victim", "ready");
        await init.WaitFor("victim    | leftover");
        await init.WaitFor("neighbour | ignoring");
        var main = init.Inside(Log.PidIn(ready)).Pid;
        // As docker exec does, but with the very environment of the service.
        var environment =
            Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{main}/environ", TestContext.Current.CancellationToken));
        var cookie = environment.Split('\0').Single(v => v.StartsWith("MCP_INIT_INSTANCE=", StringComparison.Ordinal));
        using var visitor =
            Process.Start("/usr/bin/nsenter", ["-t", $"{init.Pid}", "-p", "-m", "/usr/bin/env", cookie, "/bin/sleep", "90"]);
        await Patience.Until(() => init.Processes().Any(p => p.Name == "sleep"), "the visitor is there");
        var visiting = init.Processes().Single(p => p.Name == "sleep");
        var neighbours = init.Processes().Where(p => p.Name == "ignore-term").Select(p => p.Pid).ToList();
        var leftover = init.Processes().Single(p => p.Name == "hang" && p.InnerPid != Log.PidIn(ready) && p.Parent == main);
        Native.Signal(main, 9);
        await init.WaitForLog("victim", "ready", ready);
        Assert.Null(ProcessInfo.Read(leftover.Pid));
        Assert.Equal('S', ProcessInfo.Read(visiting.Pid)?.State);
        Assert.All(neighbours, pid => Assert.Equal("ignore-term", ProcessInfo.Read(pid)?.Name));
        Assert.Single(neighbours);
    }

    [Fact]
    public async Task Probes_and_services_have_what_they_should_in_their_environment()
    {
        using var files = new Installation("""
            [service.one]
            command = ["/bin/sh", "-c", "echo service $MCP_INIT_INSTANCE; exec %hang"]
            clear_environment = true
            environment = { PATH = "/bin:/usr/bin", MCP_INIT_INSTANCE = "forged" }
            probe = { exec = ["/bin/sh", "-c", "echo $MCP_INIT_INSTANCE > %/probe"] }
            """);
        await using var init = await files.Start();
        await init.WaitForLog("one", "ready");
        var line = await init.WaitFor("service ");
        Assert.Matches(@"service mcp-\d{13}-1-[0-9a-f]{16}$", line.Text);
        Assert.DoesNotContain("mcp-", await File.ReadAllTextAsync(files["probe"], TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
