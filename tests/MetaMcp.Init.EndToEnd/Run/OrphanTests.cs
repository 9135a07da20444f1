using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Processes of no live service: which are found, which are ended, and which are never touched. To prove that a process is left alone,
/// another orphan that the same sweep finds is ended.
/// </summary>
public sealed class OrphanTests
{
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_of_a_run_that_is_over_is_found_asked_to_end_and_counted(bool ownCgroup)
    {
        using var files = new Installation(Head) { OwnCgroup = ownCgroup };
        await using var init = await files.Start();
        var lost = await Lose(init, "hang");
        await Crash(init);
        var found = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith(": belongs to no live service; ended in 1s", found.Text, StringComparison.Ordinal);
        var ended = await init.WaitForLog("", "orphan hang (pid ", found);
        Assert.EndsWith(": ended, killed by SIGTERM; 1 of this command so far", ended.Text, StringComparison.Ordinal);
        Assert.Equal(lost.InnerPid, Log.PidIn(ended));
        Assert.False(init.IsAlive(lost.InnerPid));
        init.Signal(10);
        await init.WaitFor("; orphans ended: 1 hang");
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("repaired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_ignores_sigterm_is_killed_after_the_term_timeout()
    {
        using var files = new Installation(Head);
        await using var init = await files.Start();
        _ = await Lose(init, "ignore-term");
        await Crash(init);
        var ended = await init.WaitForLog("", "orphan ignore-term (pid ", await init.WaitForLog("", "orphan ignore-term (pid "));
        Assert.EndsWith(": ended, killed by SIGKILL; 1 of this command so far", ended.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_report_it_is_said_once_and_left_alone()
    {
        using var files = new Installation(Head.Replace("terminate", "report", StringComparison.Ordinal));
        await using var init = await files.Start();
        var lost = await Lose(init, "hang");
        await Crash(init);
        var found = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith(": belongs to no live service; left alone", found.Text, StringComparison.Ordinal);
        // A second orphan is found by a later sweep, which has seen the first again.
        _ = await Lose(init, "ignore-term");
        await Crash(init);
        await init.WaitForLog("", "orphan ignore-term (pid ");
        Assert.True(init.IsAlive(lost.InnerPid));
        Assert.Single(init.Lines.Logged("", "orphan hang (pid "));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
    }

    [Fact]
    public async Task With_adopt_nothing_is_said()
    {
        using var files = new Installation(Head.Replace("terminate", "adopt", StringComparison.Ordinal));
        await using var init = await files.Start();
        var lost = await Lose(init, "hang");
        await Crash(init);
        await Swept(init);
        Assert.True(init.IsAlive(lost.InnerPid));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan hang", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_came_in_like_docker_exec_is_reported_and_left_alone()
    {
        using var files = new Installation(Head);
        await using var init = await files.Start();
        await init.WaitForLog("other", "ready");
        var visitor = await Visit(init, "/usr/bin/setpriv --no-new-privs /bin/sleep 90 &", "sleep");
        _ = await Lose(init, "ignore-term");
        await Crash(init);
        var said = await init.WaitForLog("", "orphan sleep (pid ");
        Assert.EndsWith("; left alone", said.Text, StringComparison.Ordinal);
        await init.WaitForLog("", "ended, killed by SIGKILL; 1 of this command");
        await Swept(init);
        Assert.Equal('S', ProcessInfo.Read(visitor.Pid)?.State);
        Assert.Single(init.Lines.Logged("", "orphan sleep (pid "));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Empty(init.Processes());
    }

    /// <summary>
    /// A process of a user whose environment we may not read, in a session of its own, with an environment that tells nothing: it may
    /// belong to any service.
    /// </summary>
    [Fact]
    public async Task A_process_that_a_live_service_has_lost_without_evidence_is_left_alone()
    {
        using var files = new Installation(Head + """
            [service.loser]
            command = ["/bin/sh", "-c", "env -i setsid /bin/sh -c '%hang lost &'; exec %hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("lost");
        var lost = Orphan(init, "hang");
        await Crash(init);
        var said = await init.WaitForLog("", "orphan hang (pid ");
        Assert.EndsWith("; left alone", said.Text, StringComparison.Ordinal);
        await Swept(init);
        Assert.Equal("hang", ProcessInfo.Read(lost.Pid)?.Name);
        Assert.Single(init.Lines.Logged("", "orphan hang (pid "));
    }

    [Theory]
    [InlineData("%daemonise --stay", "daemonise")]
    // The process has an empty environment, and its parent is gone: its session tells.
    [InlineData("set -m; env -i /bin/sh -c '%ignore-term &'; exec %hang", "ignore-term")]
    public async Task A_process_of_a_live_service_is_left_alone(string script, string name)
    {
        using var files = new Installation(Head + $"""
            [service.family]
            command = ["/bin/sh", "-c", "{script}"]
            """);
        await using var init = await files.Start();
        await Patience.Until(
            () => init.Processes().Any(p => p.Name == name && p.Parent == init.Pid && p.Pid != MainOf(init, "family")),
            "its parent is gone");
        var its = Orphan(init, name).Pid;
        _ = await Lose(init, "hang");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.Equal(name, ProcessInfo.Read(its)?.Name);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains($"orphan {name}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_traced_is_left_alone_until_its_tracer_is_gone()
    {
        using var files = new Installation(Head + """
            [service.tracing]
            command = ["/bin/sh", "-c", "until test -s %/traced; do sleep 0.02; done; exec %tracer $(cat %/traced)"]
            ready = "started"
            restart = "never"
            """);
        await using var init = await files.Start();
        var traced = await Lose(init, "ignore-term");
        // The init is stopped, so it looks at nothing until the process is traced.
        init.Signal(19);
        await Write(files, "traced", traced.InnerPid);
        await Patience.Until(
            () => File.ReadLines($"/proc/{traced.Pid}/status")
            .Any(line => line.StartsWith("TracerPid:", StringComparison.Ordinal) && !line.EndsWith("\t0", StringComparison.Ordinal)),
            "it is traced");
        init.Signal(18);
        await init.WaitFor("| tracing");
        _ = await Lose(init, "hang");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan ignore-term", StringComparison.Ordinal));
        Assert.Equal("ignore-term", ProcessInfo.Read(traced.Pid)?.Name);
        Native.Signal(MainOf(init, "tracing"), 9);
        var found = await init.WaitForLog("", "orphan ignore-term (pid ");
        await init.WaitForLog("", "ended, killed by SIGKILL; 1 of this command", found);
    }

    [Fact]
    public async Task A_tracer_is_left_alone_while_it_traces()
    {
        using var files = new Installation(Head + """
            [service.traced]
            command = ["%hang", "traced"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("traced", "ready");
        var traced = init.Processes().Single(p => p.Pid == MainOf(init, "traced")).InnerPid;
        var tracer = await Lose(init, "tracer", $"{traced}");
        _ = await Lose(init, "hang");
        await Crash(init);
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command");
        await Swept(init);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan tracer", StringComparison.Ordinal));
        Native.Signal(tracer.Pid, 10);
        await Crash(init);
        var found = await init.WaitForLog("", "orphan tracer (pid ");
        await init.WaitForLog("", "ended, killed by SIGTERM; 1 of this command", found);
        Assert.False(init.Lines.HasLogged("traced", "exited"));
    }

    [Theory]
    // The parent, which is not our child, lives and collects the process.
    [InlineData("env -i %ignore-term 1 & wait; exec %hang waited")]
    // The parent never collects the process.
    [InlineData("env -i %ignore-term 1 & exec %hang")]
    // The parent is the init.
    [InlineData("env -i /bin/sh -c '%ignore-term 1 &'; exec %hang")]
    public async Task A_process_moved_out_of_its_services_cgroup_is_ended(string script)
    {
        using var files = new Installation(Head + $"""
            [service.loser]
            command = ["/bin/sh", "-c", "{script}"]
            """) { OwnCgroup = true };
        await using var init = await files.Start();
        await init.WaitFor("ignoring");
        var visitor = await Visit(init, "/bin/sleep 90 &", "sleep");
        var moved = init.Processes().Single(p => p.Name == "ignore-term");
        Stray(init, moved.Pid);
        await Crash(init);
        var found = await init.WaitForLog("", "orphan ignore-term (pid ");
        Assert.EndsWith(": belongs to no live service; ended in 1s", found.Text, StringComparison.Ordinal);
        await init.WaitForLog("", "; 1 of this command so far", found);
        Assert.False(init.IsAlive(moved.InnerPid));
        // A process that came in as by docker exec stands beside the workload: nothing is logged about it.
        Assert.Equal('S', ProcessInfo.Read(visitor.Pid)?.State);
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("orphan sleep", StringComparison.Ordinal));
        init.Signal(10);
        await init.WaitFor("; orphans ended: 1 ignore-term");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    [Fact]
    public async Task A_process_in_a_live_services_cgroup_is_left_alone()
    {
        using var files = new Installation(Head + $"""
            [service.family]
            command = ["/bin/sh", "-c", "env -i setsid /bin/sh -c '%hang kept &'; exec %hang"]
            [service.loser]
            command = ["/bin/sh", "-c", "env -i /bin/sh -c '%ignore-term 1 &'; exec %hang"]
            """) { OwnCgroup = true };
        await using var init = await files.Start();
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

    /// <summary>A process ends, and a sweep follows.</summary>
    private static async Task Crash(InitProcess init)
    {
        await Patience.Until(() => Runs(init), "the other service runs");
        var ready = init.Lines.Logged("other", "ready").Count;
        Native.Signal(MainOf(init, "other"), 9);
        await Patience.Until(() => Runs(init) && init.Lines.Logged("other", "ready").Count > ready, "the other service runs again");
    }

    private static bool Runs(InitProcess init) =>
        init.Lines.Logged("other", "started (pid").Count is > 0 and var started && init.Lines.Logged("other", "ready").Count == started &&
        init.Lines.Logged("other", "exited after").Count == started - 1;

    /// <summary>
    /// A sweep comes a second after the end of a process. A sweep that finds nothing new logs nothing, so this can only wait.
    /// </summary>
    private static Task Swept(InitProcess init) => Task.Delay(TimeSpan.FromSeconds(2.2), TestContext.Current.CancellationToken);

    /// <summary>The pid of the main process of a service's latest run, from this side.</summary>
    private static int MainOf(InitProcess init, string service) =>
        init.Inside(Log.PidIn(init.Lines.Logged(service, "started (pid")[^1])).Pid;

    /// <summary>The child of the init with this name that the init did not start.</summary>
    private static ProcessInfo Orphan(InitProcess init, string name)
    {
        var started = init.Lines.ServicesWith("started (pid").Distinct().Select(service => MainOf(init, service)).ToList();
        return init.Processes().Single(p => p.Name == name && p.Parent == init.Pid && !started.Contains(p.Pid));
    }

    /// <summary>
    /// Adds a process that names a run of "other" which is over, and which no look has seen. It comes in from outside, since processes
    /// that a run leaves behind are ended with it.
    /// </summary>
    private static async Task<ProcessInfo> Lose(InitProcess init, string program, string argument = "")
    {
        await Patience.Until(() => Runs(init), "the other service runs");
        var environment = (await File.ReadAllTextAsync($"/proc/{MainOf(init, "other")}/environ", TestContext.Current.CancellationToken))
            .Split('\0');
        var cookie = environment.Single(one => one.StartsWith("MCP_INIT_INSTANCE=", StringComparison.Ordinal));
        await Crash(init);
        return await Visit(init, $"env {cookie} {Files.Program(program)} {argument} </dev/null >/dev/null 2>&1 &", program);
    }

    /// <summary>
    /// Adds a process as docker exec does: a shell leaves it to the init, from outside, in the init's own cgroup if there is one.
    /// </summary>
    private static async Task<ProcessInfo> Visit(InitProcess init, string script, string name)
    {
        string[] entering = ["/usr/bin/nsenter", "-t", $"{init.Pid}", "-p", "-m", "/bin/sh", "-c", $"{script} exit 0"];
        var command = "exec \"$@\"";
        if (Directory.Exists(Cgroup(init, "init")))
            command = $"echo 0 > {Cgroup(init, "init")}/cgroup.procs; {command}";
        var before = init.Processes().Select(p => p.Pid).ToList();
        using var shell = Process.Start("/bin/sh", ["-c", command, "sh", .. entering]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
        bool IsNew(ProcessInfo process) => process.Name == name && process.Parent == init.Pid && !before.Contains(process.Pid);
        await Patience.Until(() => init.Processes().Any(IsNew), $"{name} runs");
        return init.Processes().First(IsNew);
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
