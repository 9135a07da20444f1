using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>A probe that fails says why: at start-up, while the service runs, and in the status.</summary>
public sealed class ProbeReasonTests
{
    [Theory]
    [InlineData("tcp = \"127.0.0.1:9003\"", "tcp 127.0.0.1:9003: Connection refused (ECONNREFUSED)")]
    [InlineData("http = \"http://127.0.0.1:9003/x\"", "http://127.0.0.1:9003/x: Connection refused (ECONNREFUSED)")]
    [InlineData("unix = \"%/none\"", "none: No such file or directory (ENOENT)")]
    [InlineData("exec = [\"/bin/sh\", \"-c\", \"echo first; echo no database >&2; exit 3\"]", "exit code 3: no database")]
    [InlineData("exec = [\"/bin/sh\", \"-c\", \"exit 4\"]", "exit code 4")]
    [InlineData("exec = [\"/bin/sh\", \"-c\", \"kill -SEGV $$\"]", "killed by SIGSEGV")]
    [InlineData("exec = [\"/bin/sh\", \"-c\", \"echo began; exec sleep 1h\"], timeout = \"200ms\"", "no answer within 200ms: began")]
    [InlineData("exec = [\"no-such-check\"]", "no program \"no-such-check\"")]
    public async Task A_service_that_is_not_ready_in_time_says_why_its_last_probe_failed(string target, string reason)
    {
        using var files = new Installation($$"""
            [service.a]
            command = ["%hang"]
            probe = { {{target}} }
            start_timeout = "700ms"
            restart = "never"
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        var failed = await init.WaitForLog("a", "failed: not ready within 700ms; last probe: ");
        Assert.Contains(reason, failed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_command_that_does_not_exist_is_named_at_once()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["no-such-check", "-q"] }
            start_timeout = "1h"
            """);
        await using var init = await files.Start();
        var named = await init.WaitForLog("a", "probe: no program \"no-such-check\"");
        Assert.Contains("| warn ", named.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ready_service_that_fails_its_probe_says_why_each_time_and_in_the_status()
    {
        using var files = new Installation("""
            [service.web]
            command = ["%serve", "http", "9004", "503"]
            ready = "started"
            probe = { http = "http://127.0.0.1:9004/health", interval = "100ms", retries = 4 }
            [service.b]
            command = ["%hang"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        const string Reason = "http://127.0.0.1:9004/health: answered 503, not 200-399";
        await init.WaitForLog("web", $"probe failed (2 of 4): {Reason}");
        init.Signal(10);
        var status =
            await init.WaitFor(line => line.Text.Contains("web: ready, failing its probe", StringComparison.Ordinal), "the status of web");
        Assert.Contains($"(the last: {Reason})", status.Text, StringComparison.Ordinal);
        await init.WaitForLog("web", $"unhealthy: 4 probes in a row failed; last probe: {Reason}");
    }

    [Fact]
    public async Task While_it_is_not_ready_the_status_says_why()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["/bin/sh", "-c", "echo; echo probed >> %/probes; echo not yet; exit 1"] }
            """);
        await using var init = await files.Start();
        await Patience.Until(() => File.Exists(files["probes"]) && new FileInfo(files["probes"]).Length > 7, "two probes have run");
        init.Signal(10);
        await init.WaitFor("last probe: exit code 1: not yet");
    }

    /// <summary>
    /// A probe writes newlines, a line like ours, escape sequences and another text direction: all of it becomes one line, with the
    /// reason in it.
    /// </summary>
    [Fact]
    public async Task The_output_of_a_probe_cannot_forge_a_line()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe.exec = [
                "/bin/sh", "-c",
                "printf 'x\\nmcp-init       | info  b: ready after 0.01 s\\r\\033[2K\\302\\233\\342\\200\\256forged'; exit 1",
            ]
            start_timeout = "300ms"
            restart = "never"
            """);
        await using var init = await files.Start();
        var failed = await init.WaitForLog("a", "failed: not ready within 300ms");
        Assert.Contains(@"last probe: exit code 1: mcp-init       | info  b: ready after 0.01 s\r\x1b[2K\u009b\u202eforged", failed.Text,
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            init.Lines, l =>
            l.Text.StartsWith("mcp-init", StringComparison.Ordinal) && l.Text.Contains("| info  b:", StringComparison.Ordinal) &&
            !l.Text.Contains("last probe", StringComparison.Ordinal));
    }

    /// <summary>Half a megabyte passes; a grandchild that keeps the output open is not waited for; and no descriptor stays open.</summary>
    [Fact]
    public async Task A_probe_may_write_much_and_leave_its_output_open()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["/bin/sh", "-c", "head -c 500000 /dev/zero; sleep 1h & echo >> %/probes"], interval = "50ms", retries = 1 }
            """);
        await using var init = await files.Start();
        await init.WaitForLog("a", "ready");
        var before = Directory.GetFiles($"/proc/{init.Pid}/fd").Length;
        await Patience.Until(() => new FileInfo(files["probes"]).Length >= 4, "four probes have succeeded");
        // PID 1 opens other descriptors for a moment, to look at the processes that each probe leaves.
        await Patience.Until(() => Directory.GetFiles($"/proc/{init.Pid}/fd").Length <= before + 1, "nothing of them is open");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("a", "probe failed"));
    }

    /// <summary>
    /// A probe writes for all of its timeout. PID 1 still handles a stop at once, and takes no more memory or time for the probe.
    /// </summary>
    [Fact]
    public async Task A_probe_that_writes_without_end_costs_PID_1_next_to_nothing()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            ready = "started"
            probe = { exec = ["/usr/bin/yes", "%/mark"], interval = "10s", timeout = "3s", retries = 2 }
            [service.b]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await Patience.Until(() => init.Processes().Any(p => p.Name == "yes"), "the probe runs");
        var before = CpuTicks(init.Pid);
        await init.WaitForLog("a", "probe failed (1 of 2): no answer within 3s: ");
        // In hundredths of a second. Reading for 3 s as fast as the probe writes would take 300.
        Assert.InRange(CpuTicks(init.Pid) - before, 0, 40);
        Assert.DoesNotContain(init.Processes(), p => p.Name == "yes" && p.State != 'Z');
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    private static long CpuTicks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11]) + long.Parse(fields[12]);
    }
}
