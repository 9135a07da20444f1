using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>An unhealthy service is replaced, and a crashed one comes back.</summary>
public sealed class HealthTests
{
    private const int Stop = 19;

    [Fact]
    public async Task A_service_that_hangs_is_replaced_within_five_seconds()
    {
        using var files = new Installation("""
            [service.web]
            command = ["%serve", "http", "9002", "204"]
            probe = { http = "http://127.0.0.1:9002/health", interval = "1s", timeout = "1s", retries = 3 }
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        var ready = await init.WaitForLog("web", "ready");
        Native.Signal(init.Inside(Log.PidIn(ready)).Pid, Stop);
        var hung = Stopwatch.StartNew();
        await init.WaitForLog("web", "ready", ready);
        TestContext.Current.TestOutputHelper?.WriteLine($"from SIGSTOP to the replacement ready: {hung.ElapsedMilliseconds} ms");
        Assert.InRange(hung.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.True(init.Lines.HasLogged("web", "unhealthy: 3 probes in a row failed"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_service_that_crashes_runs_again_within_a_second_and_a_half()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]");
        await using var init = await files.Start();
        var ready = await init.WaitForLog("a", "ready");
        Native.Signal(init.Inside(Log.PidIn(ready)).Pid, 9);
        var dead = Stopwatch.StartNew();
        await init.WaitForLog("a", "ready", ready);
        TestContext.Current.TestOutputHelper?.WriteLine($"from SIGKILL to the replacement ready: {dead.ElapsedMilliseconds} ms");
        Assert.InRange(dead.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Health_that_comes_and_goes_within_its_retries_costs_nothing()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["/usr/bin/test", "-e", "%/well"], interval = "50ms", retries = 1000 }
            """);
        files.Open("well");
        await using var init = await files.Start();
        await init.WaitForLog("a", "ready");
        File.Delete(files["well"]);
        await init.WaitForLog("a", "probe failed (2 of 1000)");
        files.Open("well");
        await init.WaitForLog("a", "healthy again, after ");
        Assert.Single(init.Lines.Logged("a", "started"));
    }

    [Fact]
    public async Task A_probe_that_hangs_is_killed_with_what_it_started_and_there_is_never_a_second()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            ready = "started"
            probe = { exec = ["/bin/sh", "-c", "sleep 1h; exit 1"], interval = "10ms", timeout = "100ms", retries = 3 }
            restart = "never"
            [service.b]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        var failed = await init.WaitForLog("a", "probe failed (1 of 3)");
        Assert.InRange(init.Processes().Count(p => p.Name == "sleep" && p.State != 'Z'), 0, 1);
        await init.WaitForLog("a", "failed: unhealthy: 3 probes in a row failed", failed);
        await Patience.Until(() => init.Processes().All(p => p.Name != "sleep"), "nothing is left of the probes");
    }

    [Theory]
    [InlineData("exec = [\"/bin/sh\", \"-c\", \"cat /proc/self/cgroup >> %/where\"]")]
    [InlineData("tcp = \"127.0.0.1:9001\"")]
    public async Task A_probe_runs_in_the_cgroup_of_its_service_and_outlives_neither_it_nor_its_run(string target)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.a]
            command = ["%serve", "tcp", "9001"]
            probe = { {{target}}, interval = "10ms" }
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnCgroup = true, OwnNetwork = true });
        var ready = await init.WaitForLog("a", "ready");
        if (target.StartsWith("exec", StringComparison.Ordinal))
            Assert.Contains("/workload/a\n", await File.ReadAllTextAsync(files["where"], TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        for (var crash = 0; crash < 3; crash++)
        {
            Native.Signal(init.Inside(Log.PidIn(ready)).Pid, 9);
            ready = await init.WaitForLog("a", "ready", ready);
        }
        Assert.False(init.Lines.HasLogged("a", "killed the processes that it left behind"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(Directory.Exists(Path.Combine(init.Cgroup, "workload")));
    }

    /// <summary>Only the service gets the descriptor; a helper that was to find it too could not be started.</summary>
    [Fact]
    public async Task With_notify_fd_probes_and_the_stop_command_run_too()
    {
        using var files = new Installation("""
            [service.a]
            command = ["/bin/sh", "-c", "echo >&3; exec 3>&-; exec %hang"]
            ready = "notify-fd"
            probe = { exec = ["/bin/sh", "-c", "echo >> %/probes"], interval = "20ms", retries = 1 }
            stop_command = ["/bin/touch", "%/stopped"]
            """);
        await using var init = await files.Start();
        await Patience.Until(() => File.Exists(files["probes"]) && new FileInfo(files["probes"]).Length >= 3, "three probes have run");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("a", "probe failed"));
        Assert.True(File.Exists(files["stopped"]));
    }
}
