using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>The metrics of a container whose limits the kernel keeps: memory, processor, pressure and kills come from cgroups.</summary>
[Collection(SmallMachineTests.Name)]
public sealed class MetricsTests(SmallMachine small)
{
    [Fact]
    public async Task A_scrape_has_what_the_cgroups_count_and_serve_stands_in_one_of_its_own()
    {
        await using var init = await ContainedInit.Start(small.Machine, """
            [init]
            runtime_dir = "/run/metrics"
            [limits]
            memory = "128MiB"
            [serve]
            listen = "127.0.0.1:19464"
            [service.web]
            command = ["/tests/hang"]
            memory_max = "16MiB"
            tasks_max = 20
            cpu_max = 0.5
            [service.hog]
            command = ["/tests/hog", "1000"]
            memory_max = "8MiB"
            restart = "never"
            """, ["--set", "memory.max=256M"]);
        await init.Command.WaitFor("serving HTTP on", limit: Patience.Long);
        await init.Command.WaitForLog("hog", "out of memory: its memory_max of 8MiB", limit: Patience.Long);
        var text = string.Join('\n', await init.Inside("wget -q -O - http://127.0.0.1:19464/metrics")) + "\n";
        await Promtool.CheckMetrics(text);
        foreach (var sample in new[]
        {
            "limits_enforced{resource=\"memory\"} 1", "memory_limit_bytes{name=\"web\",slot=\"\"} 16777216",
            "oom_kills_total{name=\"hog\",limit=\"own\"} 1", "exits_total{name=\"hog\",result=\"oom\"} 1",
            "cpu_limit_cores{name=\"web\",slot=\"\"} 0.5", "tasks_limit{name=\"web\",slot=\"\"} 20", "tasks{name=\"web\",slot=\"\"} 1",
            "workload_memory_limit_bytes 134217728", "container_memory_limit_bytes 268435456", "degraded 1",
        })
            Assert.Contains($"\nmcp_init_{sample}\n", text, StringComparison.Ordinal);
        foreach (var name in new[]
        {
            "memory_working_set_bytes{name=\"web\"", "memory_peak_bytes{name=\"web\"", "cpu_seconds_total{name=\"web\"",
            "pressure_waiting_seconds_total{resource=\"cpu\",name=\"web\"",
        })
            Assert.Contains($"\nmcp_init_{name}", text, StringComparison.Ordinal);
        Assert.Equal(["33554432"], await init.Inside("cat /sys/fs/cgroup/workload/mcp-init-serve/memory.max"));
        Assert.Equal(0, await init.Stop());
    }
}
