using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// The tree on this machine's own cgroup v2, which need not have any controller: the members of each cgroup, the end of a service, and
/// the cgroups that are left. Limits of the kernel are tested in the virtual machine (<c>Vm/</c>).
/// </summary>
public sealed class CgroupTests
{
    [Fact]
    public async Task The_init_stands_in_a_leaf_beside_the_services_and_each_of_them_in_its_own()
    {
        using var files = WithCgroup("""
            [service.one]
            command = ["%hang"]
            [service.two]
            command = ["/bin/sh", "-c", "%hang & exec %hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        Assert.Equal([init.Pid], Members(init, "init"));
        Assert.Empty(Members(init, "."));
        Assert.Empty(Members(init, "workload"));
        Assert.Single(Members(init, "workload/one"));
        await Patience.Until(() => Members(init, "workload/two").Count == 2, "both processes are in it");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    [Fact]
    public async Task A_daemon_in_a_session_of_its_own_ends_with_its_service()
    {
        using var files = WithCgroup("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["/bin/sh", "-c", "%daemonise; exit 1"]
            """);
        await using var init = await files.Start();
        var daemon = await init.WaitFor("daemon pid");
        await init.WaitFor("daemon got 15", daemon);
        await init.WaitForLog("family", "ending the processes that it left");
        await init.WaitFor("daemon pid", daemon);
        Assert.False(init.IsAlive(int.Parse(daemon.Text.Split(' ')[^1])), "the first has ended");
    }

    [Fact]
    public async Task A_daemon_that_ignores_its_signal_is_killed_before_the_next_start()
    {
        using var files = WithCgroup("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["/bin/sh", "-c", "%daemonise --ignore-term; exit 1"]
            stop_timeout = "200ms"
            """);
        await using var init = await files.Start();
        var first = await init.WaitFor("daemon pid");
        await init.WaitFor("daemon pid", first);
        var started = init.Lines.Logged("family", "started");
        Assert.True(init.Lines.IndexOfLog("family", "killed the processes that it left") < started[1].Index);
    }

    [Fact]
    public async Task A_cgroup_the_service_made_below_its_own_is_emptied_and_removed_with_it()
    {
        using var files = WithCgroup("""
            [service.nested]
            command = ["/bin/sh", "-c", '''
                mkdir -p /mnt/workload/nested/a/b && (echo 0 > /mnt/workload/nested/a/b/cgroup.procs; exec %ignore-term) &
                exec %hang''']
            stop_timeout = "100ms"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("ignoring");
        Assert.Single(Members(init, "workload/nested/a/b"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    [Fact]
    public async Task A_process_in_a_cgroup_whose_name_is_no_text_does_not_outlive_its_service()
    {
        using var files = WithCgroup("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.odd]
            command = [
                "/bin/sh", "-c",
                "d=$(printf '/mnt/workload/odd/\\377'); mkdir $d; (echo 0 > $d/cgroup.procs; exec %ignore-term) & sleep 0.2; exit 1",
            ]
            stop_timeout = "100ms"
            """);
        await using var init = await files.Start();
        var first = await init.WaitFor("ignoring");
        await init.WaitFor("ignoring", first);
        Assert.True(init.Lines.IndexOfLog("odd", "killed the processes that it left") < init.Lines.Logged("odd", "started")[1].Index);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    [Fact]
    public async Task More_leftovers_than_descriptors_are_all_asked()
    {
        using var files = WithCgroup("""
            [restart]
            policy = "never"
            [service.many]
            command = ["/bin/sh", "-c", "for i in $(seq 60); do %hang & done; sleep 0.3"]
            stop_timeout = "15s"
            """);
        var ended = await InitProcess.Run(files.Setup with { Limits = [("nofile", 40)] });
        Assert.Equal(0, ended.Code);
        Assert.False(ended.Lines.HasLogged("many", "killed"));
    }

    [Fact]
    public async Task A_service_may_be_called_like_a_file_of_the_kernels()
    {
        using var files = WithCgroup("""
            [service."cgroup.procs"]
            command = ["/bin/sh", "-c", "grep ^0:: /proc/self/cgroup"]
            type = "oneshot"
            """);
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        Assert.Contains(ended.Stdout, line => line.EndsWith("0::/workload/cgroup.procs+1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Processes_forked_into_the_root_while_it_is_emptied_are_moved_too()
    {
        using var files = WithCgroup("""
            [service.one]
            command = ["%hang"]
            """);
        // The program becomes PID 1 with a swarm of children that fork all the time.
        var setup = files.Setup with
        {
            Program = "/bin/sh",
            Arguments =
                ["-c", $"for i in 1 2 3 4; do {Files.Program("bomb")} 1 & done; exec {Files.Binary} " +
                    $"{string.Join(' ', files.Setup.Arguments)}"],
        };
        await using var init = await InitProcess.Start(setup);
        await init.WaitForLog("", "up after");
        Assert.Single(Members(init, "workload/one"));
        Assert.Empty(Members(init, "."));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_service_that_cannot_join_its_cgroup_does_not_run_at_all()
    {
        var ended = await InitProcess.Run(new Setup("exec", "--cgroup", "/mnt/nowhere", "--", "/bin/echo", "it runs") { OwnCgroup = true });
        Assert.Equal(111, ended.Code);
        Assert.Contains(
            ended.Stderr, line => line.Contains("cgroup /mnt/nowhere: No such file or directory (ENOENT)", StringComparison.Ordinal));
        Assert.DoesNotContain("it runs", ended.Stdout);
    }

    [Fact]
    public async Task Required_limits_that_no_controller_enforces_let_nothing_start()
    {
        using var files = WithCgroup("""
            [limits]
            enforce = "require"
            [service.one]
            command = ["/bin/echo", "it runs"]
            cpu_max = 0.5
            """);
        // A machine with cgroup v2 alone has the controllers; then there is nothing to refuse.
        var ended = await files.Run();
        if ((await File.ReadAllTextAsync("/proc/self/cgroup", TestContext.Current.CancellationToken))
            .Contains(":cpu:", StringComparison.Ordinal))
        {
            Assert.Equal(111, ended.Code);
            Assert.Contains(ended.Stderr, line => line.Contains("has no controller cpu", StringComparison.Ordinal));
            Assert.Contains(
                ended.Stderr, line => line.Contains("the host is hybrid", StringComparison.Ordinal) &&
                    line.Contains("on the host: boot with systemd.unified_cgroup_hierarchy=1", StringComparison.Ordinal));
        }
        Assert.Equal(ended.Code == 0, ended.Stdout.Any(line => line.Contains("it runs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cgroup_shared_with_processes_from_outside_is_left_alone()
    {
        using var files = new Installation("""
            [limits]
            enforce = "require"
            [service.one]
            command = ["/bin/echo", "it runs"]
            """);
        var ended = await files.Run();
        Assert.Equal(111, ended.Code);
        Assert.Contains(ended.Stderr, line => line.Contains("enforce is \"require\", and ", StringComparison.Ordinal));
        Assert.Empty(ended.Stdout);
    }

    private static Installation WithCgroup(string toml) => new(toml) { OwnCgroup = true };

    private static IReadOnlyList<int> Members(InitProcess init, string cgroup) =>
        [.. File.ReadLines(Path.Combine(init.Cgroup, cgroup, "cgroup.procs")).Select(int.Parse)];
}
