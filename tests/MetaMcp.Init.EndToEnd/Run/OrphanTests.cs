using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Processes of no live service: which are found, which are ended, and which are never touched. That somebody is left alone shows by
/// another orphan, found in the same sweep, that was ended.
/// </summary>
public sealed class OrphanTests
{
    /// <summary>Leaves a program that nothing tells to be of its run: a session of its own, an empty environment, its parents gone.</summary>
    private const string Losing = "env -i setsid /bin/sh -c";

    private const string Head = """
        [init]
        runtime_dir = "%/run"
        orphan_grace = "1s"
        orphans = "terminate"
        [shutdown]
        term_timeout = "1s"
        [restart]
        backoff = { initial = "10ms" }
        breaker = { failures = 1000 }
        [service.other]
        command = ["%hang"]

        """;

    [Fact]
    public async Task What_a_living_service_has_lost_is_found_asked_to_end_and_counted()
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await Crash(init);
        var found = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith(": of no live service; ended in 1s", found.Text, StringComparison.Ordinal);
        var ended = await init.WaitForLog("", "orphan hang (pid ", found);
        Assert.EndsWith(": ended, killed by SIGTERM; 1 of this command so far", ended.Text, StringComparison.Ordinal);
        Assert.Equal(Log.PidIn(found), Log.PidIn(ended));
        Assert.False(init.IsAlive(Log.PidIn(found)));
        init.Signal(10);
        await init.WaitFor("; orphans ended: 1 hang");
        Assert.False(init.Lines.HasLogged("loser", "exited"));
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("repaired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_ignores_sigterm_is_killed_after_the_term_timeout()
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%ignore-term &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await init.WaitFor("ignoring");
        await Crash(init);
        var ended = await init.WaitForLog("", "orphan ignore-term (pid ", await init.WaitForLog("", "orphan ignore-term (pid "));
        Assert.EndsWith(": ended, killed by SIGKILL; 1 of this command so far", ended.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_report_it_is_said_once_and_left_alone()
    {
        using var files = new Installation(Head.Replace("terminate", "report", StringComparison.Ordinal) + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await Crash(init);
        var found = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith(": of no live service; left alone", found.Text, StringComparison.Ordinal);
        // A second one, found by a later sweep, which has seen the first again.
        Native.Signal(MainOf(init, "loser"), 9);
        var second = await init.WaitForLog("", "orphan hang (pid ", found);
        Assert.NotEqual(Log.PidIn(found), Log.PidIn(second));
        Assert.True(init.IsAlive(Log.PidIn(found)));
        Assert.Equal(2, init.Lines.Logged("", "orphan hang (pid ").Count);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
    }

    [Fact]
    public async Task With_adopt_nothing_is_said()
    {
        using var files = new Installation(Head.Replace("terminate", "adopt", StringComparison.Ordinal) + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await init.WaitFor("lost");
        var lost = Orphan(init, "hang");
        await Crash(init);
        // Nothing tells of a sweep that finds nothing; a sweep after this crash comes within a second.
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.True(init.IsAlive(lost.InnerPid));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan hang", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_came_in_like_docker_exec_is_said_and_left_alone()
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await init.WaitFor("lost");
        var visitor = await Visit(init, "/bin/sleep 90 &");
        await Crash(init);
        var said = await init.WaitForLog("", "orphan sleep (pid ");
        Assert.EndsWith(": perhaps of a docker exec; left alone", said.Text, StringComparison.Ordinal);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.Equal('S', ProcessInfo.Read(visitor.Pid)?.State);
        Assert.Single(init.Lines.Logged("", "orphan sleep (pid "));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
    }

    [Fact]
    public async Task Without_no_new_privileges_of_all_nothing_tells_it_from_a_docker_exec()
    {
        using var files = new Installation(Head + $"""
            no_new_privileges = false
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await init.WaitFor("lost");
        var lost = Orphan(init, "hang");
        await Crash(init);
        var said = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith(": perhaps of a docker exec; left alone", said.Text, StringComparison.Ordinal);
        await Swept(init);
        Assert.Equal("hang", ProcessInfo.Read(lost.Pid)?.Name);
    }

    [Fact]
    public async Task A_subreaper_is_given_none_but_its_own()
    {
        using var files = new Installation(Head + $"""
            no_new_privileges = false
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup with { NotFirst = true });
        await init.WaitFor("lost");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
    }

    [Theory]
    [InlineData("%daemonise --stay", "daemonise")]
    // Nothing in its environment, and its parent is gone: the session.
    [InlineData("set -m; env -i /bin/sh -c '%ignore-term &'; exec %hang", "ignore-term")]
    public async Task What_is_of_a_living_service_is_left_alone(string script, string name)
    {
        using var files = new Installation(Head + $"""
            [service.family]
            command = ["/bin/sh", "-c", "{script}"]
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%hang lost &'; exec %hang"]
            """);
        await using var init = await Up(files.Setup);
        await Patience.Until(() => init.Processes().Any(p => p.Name == name && p.Parent == init.Pid && p.Pid != MainOf(init, "family")), "its parent is gone");
        await init.WaitFor("lost");
        var its = Orphan(init, name).Pid;
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.Equal(name, ProcessInfo.Read(its)?.Name);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains($"orphan {name}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_traced_is_left_alone_until_its_tracer_is_gone()
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{Losing} '%ignore-term 1 &'; {Losing} 'until test -e %/go; do sleep 0.02; done; %hang lost &'; exec %hang"]
            [service.tracing]
            command = ["/bin/sh", "-c", "until test -s %/traced; do sleep 0.02; done; exec %tracer $(cat %/traced)"]
            ready = "started"
            restart = "never"
            """);
        await using var init = await Up(files.Setup);
        await init.WaitFor("ignoring");
        var traced = Orphan(init, "ignore-term");
        await Write(files, "traced", traced.InnerPid);
        await init.WaitFor("| tracing");
        files.Open("go");
        await init.WaitFor("lost");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan ignore-term", StringComparison.Ordinal));
        Assert.Equal("ignore-term", ProcessInfo.Read(traced.Pid)?.Name);
        Native.Signal(MainOf(init, "tracing"), 9);
        var found = await init.WaitForLog("", "orphan ignore-term (pid ");
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command", found);
    }

    [Fact]
    public async Task A_tracer_is_left_alone_while_it_traces()
    {
        using var files = new Installation(Head + $"""
            [service.traced]
            command = ["%hang", "traced"]
            [service.loser]
            command = ["/bin/sh", "-c", "until test -s %/traced; do sleep 0.02; done; {Losing} '%tracer '$(cat %/traced)' & %hang lost &'; exec %hang"]
            ready = "started"
            """);
        await using var init = await Up(files.Setup);
        await init.WaitForLog("traced", "ready");
        await Write(files, "traced", init.Processes().Single(p => p.Pid == MainOf(init, "traced")).InnerPid);
        await init.WaitFor("| tracing");
        await init.WaitFor("lost");
        var tracer = Orphan(init, "tracer");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan tracer", StringComparison.Ordinal));
        Native.Signal(tracer.Pid, 10);
        var letGo = await init.WaitFor("let go");
        await Crash(init);
        var found = await init.WaitForLog("", "orphan tracer (pid ", letGo);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command", found);
        Assert.False(init.Lines.HasLogged("traced", "exited"));
    }

    [Theory]
    // Its parent, which is none of ours, lives and learns how it ended.
    [InlineData("env -i %ignore-term 1 & wait; exec %hang waited")]
    // Its parent never asks.
    [InlineData("env -i %ignore-term 1 & exec %hang")]
    // Its parent is the init.
    [InlineData("env -i /bin/sh -c '%ignore-term 1 &'; exec %hang")]
    public async Task What_somebody_moved_out_of_its_services_cgroup_is_ended(string script)
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{script}"]
            """) { OwnCgroup = true };
        await using var init = await Up(files.Setup);
        await init.WaitFor("ignoring");
        var visitor = await Visit(init, "/bin/sleep 90 &");
        var moved = init.Processes().Single(p => p.Name == "ignore-term");
        Stray(init, moved.Pid);
        await Crash(init);
        var found = await init.WaitForLog("", "orphan ignore-term (pid ");
        Assert.EndsWith(": of no live service; ended in 1s", found.Text, StringComparison.Ordinal);
        await init.WaitForLog("", "; 1 of this command so far", found);
        Assert.False(init.IsAlive(moved.InnerPid));
        // What came in like docker exec stands beside the workload: nothing is said of it.
        Assert.Equal('S', ProcessInfo.Read(visitor.Pid)?.State);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan sleep", StringComparison.Ordinal));
        init.Signal(10);
        await init.WaitFor("; orphans ended: 1 ignore-term");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    [Fact]
    public async Task What_is_in_a_living_services_cgroup_is_left_alone()
    {
        using var files = new Installation(Head + $"""
            [service.family]
            command = ["/bin/sh", "-c", "{Losing} '%hang kept &'; exec %hang"]
            [service.loser]
            command = ["/bin/sh", "-c", "env -i /bin/sh -c '%ignore-term 1 &'; exec %hang"]
            """) { OwnCgroup = true };
        await using var init = await Up(files.Setup);
        await init.WaitFor("kept");
        await init.WaitFor("ignoring");
        var kept = Orphan(init, "hang");
        Stray(init, Orphan(init, "ignore-term").Pid);
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.Equal("hang", ProcessInfo.Read(kept.Pid)?.Name);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan hang", StringComparison.Ordinal));
    }

    /// <summary>Until every service has been told to have started: its main process can then be told from what it lost.</summary>
    private static async Task<InitProcess> Up(Setup setup)
    {
        var init = await InitProcess.Start(setup);
        await init.WaitForLog("", "up after");
        return init;
    }

    /// <summary>Something ends, and a sweep follows.</summary>
    private static async Task Crash(InitProcess init)
    {
        var ready = await init.WaitForLog("other", "ready");
        Native.Signal(MainOf(init, "other"), 9);
        await init.WaitForLog("other", "ready", ready);
    }

    /// <summary>
    /// What was told and left alone keeps a sweep coming each second, and so does what is asked to end; nothing tells of one that
    /// finds nothing new.
    /// </summary>
    private static Task Swept(InitProcess init) => Task.Delay(TimeSpan.FromSeconds(2.2), TestContext.Current.CancellationToken);

    /// <summary>The main process of a service's latest run, from this side.</summary>
    private static int MainOf(InitProcess init, string service) => init.Inside(Log.PidIn(init.Lines.Logged(service, "started (pid")[^1])).Pid;

    /// <summary>The child of the init with this name that it did not start.</summary>
    private static ProcessInfo Orphan(InitProcess init, string name)
    {
        var started = init.Lines.ServicesWith("started (pid").Distinct().Select(service => MainOf(init, service)).ToList();
        return init.Processes().Single(p => p.Name == name && p.Parent == init.Pid && !started.Contains(p.Pid));
    }

    /// <summary>As by docker exec: a process that a shell leaves to the init, from outside, in the init's own cgroup where it has one.</summary>
    private static async Task<ProcessInfo> Visit(InitProcess init, string script)
    {
        string[] entering = ["/usr/bin/nsenter", "-t", $"{init.Pid}", "-p", "-m", "/bin/sh", "-c", $"{script} exit 0"];
        var command = "exec \"$@\"";
        if (Directory.Exists(Cgroup(init, "init")))
            command = $"echo 0 > {Cgroup(init, "init")}/cgroup.procs; {command}";
        using var shell = Process.Start("/bin/sh", ["-c", command, "sh", .. entering]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
        return Orphan(init, "sleep");
    }

    private static void Stray(InitProcess init, int pid)
    {
        _ = Directory.CreateDirectory(Cgroup(init, "workload/stray"));
        File.WriteAllText(Path.Combine(Cgroup(init, "workload/stray"), "cgroup.procs"), $"{pid}");
    }

    private static string Cgroup(InitProcess init, string path) => init.HasCgroup ? Path.Combine(init.Cgroup, path) : "";

    private static Task Write(Installation files, string name, int number) =>
        File.WriteAllTextAsync(files[name], number.ToString(CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
}
