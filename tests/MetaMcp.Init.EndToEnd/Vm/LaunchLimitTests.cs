using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// Launched servers where the kernel enforces limits, and where pids come round. The gateway is a service with a list of orders.
/// </summary>
[Collection(SmallMachineTests.Name)]
public sealed partial class LaunchLimitTests(SmallMachine small)
{
    [Fact]
    public async Task A_launched_server_over_its_memory_max_is_killed_alone_and_that_is_no_crash_to_its_gateway()
    {
        await using var init = await Start("""
            [server.hog]
            memory_max = "64MiB"
            [server.quiet]
            """, """
            strict
            spawn -- mcp-init launch hog -- /tests/jobserver hog
            spawn -- mcp-init launch quiet -- /tests/jobserver quiet
            spawn -- mcp-init launch hog -- /tests/jobserver other
            tell 0 {"id":1}
            hear 0
            tell 1 {"id":1}
            hear 1
            tell 2 {"id":1}
            hear 2
            tell 0 job setsid
            hear 0
            tell 0 hold 100
            ending 0 60000
            complaint 0 5000
            tell 1 {"id":2}
            hear 1
            tell 2 {"id":2}
            hear 2
            ended
            """);
        // The gateway has ended none of the others.
        await init.Command.WaitFor(line => line.Text.EndsWith("| ended 0", StringComparison.Ordinal), "all orders", limit: Patience.Long);
        var said = init.Command.Lines.Select(line => line.Text).ToList();
        Assert.Contains(said, line => line.EndsWith("ended 0 exit 0", StringComparison.Ordinal));
        Assert.Contains(said, line => Regex.IsMatch(line, "heard 0 .*memory_max of 64MiB"));
        Assert.Contains(said, line => Regex.IsMatch(line, "heard 1 .*\"id\":2,"));
        Assert.Contains(said, line => Regex.IsMatch(line, "heard 2 .*\"id\":2,"));
        Assert.Contains(said, line => Regex.IsMatch(line, @"hog@\d+: out of memory: .*its memory_max of 64MiB \(limit: own"));
        Assert.Single(init.Command.Lines.Logged("gateway", "started"));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task A_launched_server_has_the_limits_of_its_type_and_counts_to_no_service()
    {
        await using var init = await Start("""
            [limits]
            memory = "300MiB"
            [server.small]
            memory_max = "48MiB"
            tasks_max = 20
            """, """
            spawn -- mcp-init launch small -- /tests/jobserver small
            tell 0 cgroup
            hear 0
            """, """
            memory_max = "64MiB"
            """);
        var told = await init.Command.WaitFor("heard 0 cgroup ", limit: Patience.Long);
        var path = told.Text[(told.Text.IndexOf("cgroup ", StringComparison.Ordinal) + "cgroup ".Length)..];
        Assert.Matches(@"^/workload/small@\d+$", path);
        Assert.Equal(["50331648"], await init.Inside($"cat /sys/fs/cgroup{path}/memory.max"));
        Assert.Equal(["0"], await init.Inside($"cat /sys/fs/cgroup{path}/memory.swap.max"));
        Assert.Equal(["20"], await init.Inside($"cat /sys/fs/cgroup{path}/pids.max"));
        // The server alone; its guard stays with the gateway.
        Assert.Single(await init.Inside($"cat /sys/fs/cgroup{path}/cgroup.procs"));
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Without_a_task_for_its_move_a_launch_is_refused_in_words_and_later_ones_are_not()
    {
        await using var init = await ContainedInit.Start(small.Machine, """
            [server.any]
            [service.client]
            command = ["sh", "-c", '''
              for tasks in 1 max; do
                echo $tasks >/sys/fs/cgroup/init/pids.max
                mcp-init launch any -- echo served $tasks
                echo ended $tasks $?
              done
              exec /tests/hang
            ''']
            """, []);
        _ = await init.Command.WaitFor("ended max 0", limit: Patience.Long);
        var said = init.Command.Lines.Select(line => line.Text).ToList();
        Assert.Contains(said, text => text.EndsWith("ended 1 0", StringComparison.Ordinal));
        Assert.DoesNotContain(said, text => text.EndsWith("served 1", StringComparison.Ordinal));
        Assert.Contains(said, text => text.Contains(
            "any is not started: no process could be started to move it: Resource temporarily unavailable (EAGAIN)",
            StringComparison.Ordinal));
        Assert.Contains(said, text => text.EndsWith("served max", StringComparison.Ordinal));
        _ = await init.Inside("until [ $(ls -d /sys/fs/cgroup/workload/*/ | wc -l) = 1 ]; do sleep 0.1; done");
        Assert.Equal(0, await init.Stop());
    }

    [Fact]
    public async Task Where_pids_come_round_no_launch_is_taken_for_another()
    {
        // A namespace takes over the value of the one that it is made in.
        await Machine("echo 400 >/proc/sys/kernel/pid_max");
        try
        {
            await ChurnWithFewPids();
        }
        finally
        {
            await Machine("echo 32768 >/proc/sys/kernel/pid_max");
        }
    }

    private async Task ChurnWithFewPids()
    {
        const int Launches = 300;
        var order = $"churn {Launches} 4 -- mcp-init launch any -- /tests/jobserver churn";
        await using var init = await Start("[server.any]\nstop_timeout = \"1s\"", order, limits: "max_per_type = 100");
        var churned = await init.Command.WaitFor("churned ", limit: TimeSpan.FromMinutes(2));
        Assert.EndsWith($"churned {Launches} of {Launches}", churned.Text, StringComparison.Ordinal);
        var launched = init.Command.Lines.Select(line => Launched().Match(line.Text)).Where(match => match.Success).ToList();
        Assert.Equal(Launches, launched.Select(match => match.Groups["run"].Value).Distinct().Count());
        // Or pids did not come round, and this test would show nothing.
        Assert.InRange(launched.Select(match => match.Groups["pid"].Value).Distinct().Count(), 1, Launches - 50);
        // The last ones are on their way out.
        _ = await init.Inside("until [ $(ls -d /sys/fs/cgroup/workload/*/ | wc -l) = 1 ]; do sleep 0.1; done");
        Assert.Equal(0, await init.Stop());
    }

    /// <param name="types">The tables of the servers.</param>
    /// <param name="orders">For the gateway, whose connection then stays open.</param>
    /// <param name="keys">Of the gateway's own table.</param>
    /// <param name="limits">Keys of [limits], if the types have no such table.</param>
    private async Task<ContainedInit> Start(string types, string orders, string keys = "", string limits = "")
    {
        var file = $"/etc/orders-{Guid.NewGuid():N}";
        await small.Machine.Write(file, orders + "\n");
        var table = limits.Length == 0 ? "" : $"[limits]\n{limits}";
        return await ContainedInit.Start(small.Machine, $$"""
            {{table}}
            {{types}}
            [service.gateway]
            command = ["sh", "-c", "{ cat {{file}}; exec /tests/hang 3>&1 >/dev/null; } | exec /tests/gateway -"]
            {{keys}}
            """, []);
    }

    private async Task Machine(string script)
    {
        var ended = await small.Machine.Run(Patience.Usual, "sh", "-c", script);
        Assert.True(ended.Code == 0, string.Join('\n', ended.Lines));
    }

    [GeneratedRegex(@"any@(?<run>\d+): launched by gateway \(pid (?<pid>\d+)\)")]
    private static partial Regex Launched();
}
