using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// Caps that the kernel enforces, on a real cgroup v2 with every controller; mcp-init as PID 1 of a container's namespaces.
/// </summary>
[Collection(SmallMachineTests.Name)]
public sealed partial class LimitTests(SmallMachine small)
{
    /// <summary>/dev/ram0: 64 MiB that take no memory until they are written.</summary>
    private const string DiskInMemory = "{ [ -e /dev/ram0 ] || insmod /machine/modules/brd.ko rd_nr=1 rd_size=65536; }";

    [Fact]
    public async Task A_service_over_its_memory_max_dies_alone_is_named_and_starts_again()
    {
        await using var init = await Start("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.hog]
            command = ["/tests/hog", "1000"]
            memory_max = "64MiB"
            [service.quiet]
            command = ["sh", "-c", "exec /tests/hang"]
            memory_max = "32MiB"
            [service.other]
            command = ["/tests/hang"]
            """);
        var first = await init.Command.WaitForLog("hog", "killed by SIGKILL, out of memory: its memory_max of 64MiB", limit: Patience.Long);
        await init.Command.WaitForLog("hog", "ready", first);
        Assert.True(
            init.Command.Lines.HasLogged("hog",
            "out of memory: the kernel killed all of it for its memory_max of 64MiB (limit: own, peak"));
        foreach (var neighbour in new[] { "quiet", "other" })
        {
            var events = await init.Inside($"cat /sys/fs/cgroup/workload/{neighbour}/memory.events");
            Assert.Equal(["low 0", "high 0", "max 0", "oom 0", "oom_kill 0", "oom_group_kill 0"], events);
            Assert.Single(init.Command.Lines.Logged(neighbour, "started"));
        }
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Thresholds_are_told_beside_a_probe_and_a_reload_writes_the_limits_of_all()
    {
        await using var init = await Start("""
            [limits]
            memory = "200MiB"
            [service.hog]
            command = ["/tests/hog", "1000", "50", "--then-hold", "--quiet"]
            memory_max = "64MiB"
            probe = { exec = ["true"], interval = "500ms" }
            [service.quiet]
            command = ["/tests/hang"]
            """);
        var high = await init.Command.WaitForLog("hog", "memory high: ", limit: Patience.Long);
        Assert.Contains(" of 64MiB, ", high.Text, StringComparison.Ordinal);
        Assert.Equal(["209715200"], await init.Inside("cat /sys/fs/cgroup/workload/memory.max"));
        _ = await init.Inside($"sed -i 's/200MiB/300MiB/; s/\"50\"/\"60\"/' {init.File}");
        await init.Command.Signal(1);
        var reloaded = await init.Command.WaitForLog("", "reloaded: restarting hog, starting none, removing none, 1 unchanged");
        Assert.Equal(["314572800"], await init.Inside("cat /sys/fs/cgroup/workload/memory.max"));
        await init.Command.WaitForLog("hog", "memory critical: ", reloaded, Patience.Long);
        // If PID 1 wrote a cap below the present memory, it would have to reclaim that memory itself, and the kernel would kill any
        // process.
        _ = await init.Inside($"sed -i 's/300MiB/20MiB/' {init.File}");
        await init.Command.Signal(1);
        await init.Command.WaitForAll("[limits]: memory: the services hold ", "the previous cap stays in force");
        Assert.Equal(["314572800"], await init.Inside("cat /sys/fs/cgroup/workload/memory.max"));
        Assert.Single(init.Command.Lines.Logged("quiet", "started"));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Files_that_were_read_once_are_no_memory_pressure()
    {
        await Succeed(DiskInMemory);
        // The last process that closes a disk removes the cached pages of it from memory.
        await using var init = await Start("""
            [service.reader]
            command = [
                "sh", "-c", "exec 3</dev/ram0 && dd if=/dev/ram0 of=/dev/null bs=1M count=60 && touch /tmp/has-read && exec /tests/hang",
            ]
            memory_max = "64MiB"
            probe = { exec = ["test", "-e", "/tmp/has-read"], interval = "500ms" }
            [service.hog]
            command = ["/tests/hog", "1000", "60", "--then-hold", "--quiet"]
            depends_on = ["reader"]
            memory_max = "64MiB"
            probe = { exec = ["true"], interval = "500ms" }
            """);
        await init.Command.WaitForLog("hog", "memory critical: ", limit: Patience.Long);
        // If the page cache were counted, the reader would be as near its cap; and it was measured before the hog was started.
        Assert.True(
            long.Parse(
            Assert.Single(await init.Inside("cat /sys/fs/cgroup/workload/reader/memory.current")),
            CultureInfo.InvariantCulture) > 55 << 20);
        Assert.False(init.Command.Lines.HasLogged("reader", "memory "));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task A_hundred_of_a_hundred_are_killed_at_the_cap_and_attributed()
    {
        await using var init = await Start("""
            [restart]
            policy = "always"
            backoff = { initial = "1ms", factor = 1.0, max = "1ms", jitter = 0.0 }
            breaker = { failures = 1000 }
            [service.hog]
            command = ["/tests/hog", "4000", "--quiet"]
            log = "none"
            memory_max = "64MiB"
            [service.quiet]
            command = ["/tests/hang"]
            """);
        await init.Command.WaitFor(
            line => line.Text.Contains("failure 100 in a row", StringComparison.Ordinal), "a hundred deaths",
                limit: TimeSpan.FromMinutes(3));
        Assert.Equal(0, await init.Stop());
        var exits = init.Command.Lines.Logged("hog", "exited after").Take(100).ToList();
        Assert.All(
            exits, line =>
            Assert.Contains("killed by SIGKILL, out of memory: its memory_max of 64MiB", line.Text, StringComparison.Ordinal));
        var kills = init.Command.Lines.Logged("hog", "out of memory: the kernel killed all of it").Take(100).ToList();
        Assert.Equal(100, kills.Count);
        Assert.All(kills, line => Assert.InRange(PeakIn(line), 60L << 20, 64L << 20));
        Assert.Single(init.Command.Lines.Logged("quiet", "started"));
        Assert.False(init.Command.Lines.HasLogged("quiet", "out of memory"));
    }

    [Fact]
    public async Task A_fork_bomb_meets_tasks_max_and_everything_else_goes_on()
    {
        await using var init = await Start("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.bomb]
            command = ["/tests/bomb", "300"]
            tasks_max = 50
            stop_timeout = "200ms"
            [service.other]
            command = ["/tests/hang"]
            """);
        await init.Command.WaitForAll("bomb got no further than", "Resource temporarily unavailable");
        Assert.Equal(["50"], await init.Inside("cat /sys/fs/cgroup/workload/bomb/pids.max"));
        var before = await init.Command.WaitForLog("other", "ready");
        await init.Inside($"kill -9 {Log.PidIn(before)}");
        await init.Command.WaitForLog("other", "ready", before);
        Assert.Equal(0, await init.Stop());
        Assert.True(init.Command.Lines.HasLogged("bomb", "killed"));
    }

    [Fact]
    public async Task Services_that_are_each_within_their_caps_meet_the_cap_of_all()
    {
        // Watched memory would be relieved before.
        await using var init = await Start(
            """
            [limits]
            memory = "96MiB"
            [restart]
            policy = "never"
            [service.first]
            command = ["/tests/hog", "200", "70", "--then-hold", "--quiet"]
            memory_max = "80MiB"
            [service.second]
            command = ["/tests/hog", "200", "70", "--then-hold", "--quiet"]
            memory_max = "80MiB"
            """,
            before: "export METAMCP_RESOURCE_MONITORING=false; ");
        var killed = await init.Command.WaitFor("out of memory: memory of [limits], 96MiB", limit: Patience.Long);
        Assert.Equal(["100663296"], await init.Inside("cat /sys/fs/cgroup/workload/memory.max"));
        Assert.Equal(0, await init.Stop());
        Assert.Single(init.Command.Lines, line => line.Text.Contains("(limit: workload, peak", StringComparison.Ordinal));
        Assert.Contains("killed by SIGKILL", killed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_containers_own_limit_is_named_as_such()
    {
        await using var init = await Start(
            """
            [restart]
            policy = "never"
            [service.hog]
            command = ["/tests/hog", "1000", "--quiet"]
            [service.other]
            command = ["/tests/hang"]
            """,
            "--set", "memory.max=80M", "--set", "memory.swap.max=0");
        await init.Command.WaitForLog("hog", "out of memory: the container's memory limit", limit: Patience.Long);
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Children_killed_within_a_moment_are_both_counted_while_their_parent_lives()
    {
        await using var init = await Start("""
            [service.parent]
            command = ["/tests/oomchild", "2"]
            memory_max = "48MiB"
            oom_group = false
            """);
        await init.Command.WaitFor("the parent lives", limit: Patience.Long);
        await Patience.Until(() => KilledOf("parent", init) == 2, "both are counted");
        Assert.False(init.Command.Lines.HasLogged("parent", "exited"));
        Assert.Equal(0, await init.Stop());
        Assert.Equal(2, KilledOf("parent", init));
    }

    [Fact]
    public async Task Memory_that_kills_twice_in_a_row_is_told_twice()
    {
        await using var init = await Start("""
            [service.parent]
            command = ["/tests/oomchild", "2", "300"]
            memory_max = "32MiB"
            oom_group = false
            """);
        await init.Command.WaitFor("the parent lives", limit: Patience.Long);
        await Patience.Until(() => KilledOf("parent", init) == 2, "both are counted");
        Assert.All(
            init.Command.Lines.Logged("parent", "out of memory"), line =>
            Assert.Contains("limit: own", line.Text, StringComparison.Ordinal));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Cpu_max_holds_within_a_tenth()
    {
        await using var init = await Start("""
            [service.spin]
            command = ["sh", "-c", "while :; do :; done"]
            cpu_max = 0.2
            """);
        await init.Command.WaitForLog("", "up after");
        // Time in periods of 100 ms, from the same file: if the machine stands still between two reads, a clock would differ.
        const string Measure = """
            at() { sed -n 's/^usage_usec //p; s/^nr_periods //p' /sys/fs/cgroup/workload/spin/cpu.stat; }
            sleep 1; before=$(at); sleep 5; echo $before $(at)
            """;
        var numbers = Assert.Single(await init.Inside(Measure)).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))
            .ToList();
        var share = (numbers[2] - numbers[0]) / 1e6 / ((numbers[3] - numbers[1]) / 10);
        TestContext.Current.TestOutputHelper?.WriteLine($"cpu_max = 0.2 gave {share:0.000}");
        Assert.InRange(share, 0.18, 0.22);
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task The_numbers_are_the_same_in_the_file_the_plan_and_the_kernel()
    {
        const string Toml = """
            [limits]
            memory = "200MiB"
            tasks = 200
            [service.one]
            command = ["/tests/hang"]
            memory_max = "64MiB"
            memory_high = "48MiB"
            swap_max = "8MiB"
            tasks_max = 20
            cpu_max = 0.5
            cpu_weight = 50
            [service.two]
            command = ["/tests/hang"]
            memory_max = "32MB"
            oom_group = false
            """;
        await using var init = await Start(Toml);
        await init.Command.WaitForLog("", "up after");
        const string Read =
            "cd /sys/fs/cgroup/workload; for f in memory.max pids.max */memory.max */memory.high */memory.swap.max */memory.oom.group " +
            "*/pids.max */cpu.max */cpu.weight; do echo $f $(cat $f); done";
        Assert.Equal(
            [
                "memory.max 209715200", "pids.max 200", "one/memory.max 67108864", "two/memory.max 31997952", "one/memory.high 50331648",
                "two/memory.high max", "one/memory.swap.max 8388608", "two/memory.swap.max 0", "one/memory.oom.group 1",
                "two/memory.oom.group 0", "one/pids.max 20", "two/pids.max max", "one/cpu.max 50000 100000", "two/cpu.max max 100000",
                "one/cpu.weight 50", "two/cpu.weight 100",
            ],
            await init.Inside(Read));
        var plan = string.Join('\n', (await small.Machine.Run("mcp-init", "plan", "--json", init.File)).Stdout);
        foreach (var number in new[] { "\"memory\": 209715200", "\"tasks\": 200", "\"memory_max\": 67108864", "\"memory_high\": 50331648",
            "\"swap_max\": 8388608", "\"tasks_max\": 20", "\"cpu_max\": 0.5" })
            Assert.Contains(number, plan, StringComparison.Ordinal);
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Daemons_in_sessions_of_their_own_end_with_their_service()
    {
        await using var init = await Start("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["sh", "-c", "/tests/daemonise --ignore-term; exit 1"]
            stop_timeout = "200ms"
            memory_max = "64MiB"
            """);
        var first = await init.Command.WaitFor("daemon pid");
        await init.Command.WaitFor("daemon pid", first);
        Assert.True(
            init.Command.Lines.IndexOfLog("family", "killed the processes that it left") <
            init.Command.Lines.Logged("family", "started")[1].Index);
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Controllers_are_enabled_while_processes_are_forked_into_the_root()
    {
        await using var init = await Start(
            """
            [limits]
            enforce = "require"
            [service.one]
            command = ["/tests/hang"]
            memory_max = "32MiB"
            tasks_max = 8
            cpu_max = 0.5
            """,
            before: "for i in 1 2 3 4 5 6; do /tests/bomb 1 & done; ");
        await init.Command.WaitForLog("", "controllers: memory, pids, cpu");
        await init.Command.WaitForLog("", "up after");
        Assert.Empty(await init.Inside("cat /sys/fs/cgroup/cgroup.procs"));
        Assert.Equal(["domain"], await init.Inside("cat /sys/fs/cgroup/workload/one/cgroup.type"));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task A_process_put_into_the_containers_cgroup_while_it_runs_harms_nothing()
    {
        await using var init = await Start("""
            [service.one]
            command = ["/tests/hang"]
            memory_max = "32MiB"
            """);
        await init.Command.WaitForLog("", "up after");
        // If the container's root takes no process, docker exec puts the process where PID 1 is.
        Assert.Equal(
            ["refused", "0::/init"],
            await init.Inside("(echo $$ >/sys/fs/cgroup/cgroup.procs) 2>/dev/null || echo refused; grep ^0:: /proc/self/cgroup"));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task An_init_may_run_in_a_container_that_an_init_runs()
    {
        using var scratch = new Scratch();
        // A container runtime puts its processes into a cgroup of its own choice, as this one does; to the outer init they belong to a
        // service.
        await using var machine = await VirtualMachine.Boot(new MachineOptions
        {
            First = ["mcp-init", "run", "--config", "/etc/outer.toml"],
            Files = [(scratch.Write("outer.toml", """
                [limits]
                enforce = "require"
                [service.runtime]
                command = ["container", "--", "mcp-init", "run", "--config", "/etc/inner.toml"]
                log = "inherit"
                [service.capped]
                command = ["/tests/hang"]
                memory_max = "48MiB"
                """), "/etc/outer.toml"), (scratch.Write("inner.toml", """
                [limits]
                enforce = "require"
                [restart]
                policy = "never"
                [service.hog]
                command = ["/tests/hog", "1000", "--quiet"]
                memory_max = "32MiB"
                [service.stays]
                command = ["/tests/hang"]
                """), "/etc/inner.toml")],
        });
        await machine.First.WaitForLog("hog", "out of memory: its memory_max of 32MiB", limit: Patience.Long);
        Assert.Equal(["50331648"], (await machine.Run("cat", "/sys/fs/cgroup/workload/capped/memory.max")).Stdout);
        await machine.Run("kill", "-TERM", "1");
        Assert.Equal(0, await machine.First.WaitForExit(Patience.Long));
        Assert.False(machine.First.Lines.HasLogged("capped", "out of memory"));
        Assert.Equal(2, machine.First.Lines.Logged("", "down after").Count);
    }

    /// <summary>
    /// Files of /proc behind the lock of the memory map cannot be read then. Another process that shares memory with its forks is still
    /// measured, and not by an estimate, which would be over its cap.
    /// </summary>
    [Fact]
    public async Task A_service_that_hangs_in_a_frozen_file_system_is_ended_over_its_cap_and_everything_else_goes_on()
    {
        await Succeed(DiskInMemory + " && mke2fs -q /dev/ram0 8192 && mkdir -p /frozen && mount -t ext4 /dev/ram0 /frozen");
        try
        {
            await using var init = await Start("""
                [shutdown]
                retries = 1
                [service.stuck]
                command = ["sh", "-c", "/tests/stuck /frozen 16 & sleep 1; exec /tests/hog 100 40 --then-hold --quiet"]
                memory_max = "48MiB"
                restart = "never"
                stop_timeout = "200ms"
                [service.sharing]
                command = ["/tests/hog", "1000", "30", "--then-fork", "3", "--quiet"]
                memory_max = "48MiB"
                """, "--cgroup", "ro");
            try
            {
                await init.Command.WaitForLog("stuck", "ended, over its memory_max of 48MiB, with about 5", limit: Patience.Long);
                await Succeed("! timeout 1 cat /proc/$(pidof stuck | cut -d' ' -f1)/smaps_rollup");
                var killed = await init.Command.WaitForLog("stuck", "killed the processes that it left", limit: Patience.Long);
                Assert.False(init.Command.Lines.HasLogged("stuck", "failed"), "it is not gone before it is thawed");
                await init.Command.Signal(1);
                await init.Command.WaitForLog("", "reloaded: restarting none", killed, Patience.Usual);
                await init.Command.WaitForLog("stuck", "cleanup failed: a process of it is still there after SIGKILL was sent 2 times",
                    killed, Patience.Long);
            }
            finally
            {
                await small.Machine.Run(Patience.Usual, "fsfreeze", "--unfreeze", "/frozen");
            }
            await init.Command.WaitForLog("stuck", "failed: over its memory_max of 48MiB", limit: Patience.Long);
            Assert.Equal(0, await init.Stop());
            Assert.Equal(["stuck"], init.Command.Lines.ServicesWith("ended, "));
        }
        finally
        {
            await small.Machine.Run(Patience.Usual, "umount", "/frozen");
        }
    }

    private async Task Succeed(string script)
    {
        var ended = await small.Machine.Run(Patience.Usual, "sh", "-c", script);
        Assert.True(ended.Code == 0, $"{script}: {ended.Code}\n{string.Join('\n', ended.Lines)}");
    }

    private Task<ContainedInit> Start(string toml, params string[] options) => ContainedInit.Start(small.Machine, toml, options);

    private Task<ContainedInit> Start(string toml, string before) => ContainedInit.Start(small.Machine, toml, [], before);

    /// <summary>The sum of all log lines about the service.</summary>
    private static int KilledOf(string service, ContainedInit init) =>
        init.Command.Lines.Logged(service, "out of memory: the kernel killed")
            .Sum(line => int.Parse(Processes().Match(line.Text).Groups[1].Value, CultureInfo.InvariantCulture));

    private static long PeakIn(Line line)
    {
        var match = Peak().Match(line.Text);
        var factor =
            match.Groups[2].Value switch { "MiB" => 1L << 20, "KiB" => 1L << 10, "B" => 1, _ =>
            throw new InvalidOperationException(line.Text) };
        return long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * factor;
    }

    [GeneratedRegex(@"killed (\d+) process")]
    private static partial Regex Processes();

    [GeneratedRegex(@"peak (\d+)([A-Za-z]+)\)")]
    private static partial Regex Peak();
}
