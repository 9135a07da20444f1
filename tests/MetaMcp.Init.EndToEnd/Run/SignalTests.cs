using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Signals that are neither a stop nor a command to mcp-init: passed on, answered or ignored. Also the variables that override the file.
/// </summary>
public sealed class SignalTests
{
    [Fact]
    public async Task A_signal_of_the_file_goes_to_its_service()
    {
        using var files = new Installation("""
            [signals]
            SIGUSR2 = "one"
            [service.one]
            command = ["%signals", "--name", "one", "--exit-on", "15"]
            [service.two]
            command = ["%signals", "--name", "two", "--exit-on", "15"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        await init.WaitFor("one start pid=");
        init.Signal(12);
        await init.WaitFor("signal 12");
        await init.WaitForLog("", "SIGUSR2 passed on to one (pid ");
        init.Signal(15);
        await init.WaitForExit();
        Assert.Single(init.Stdout, line => line.Contains("signal 12", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SIGUSR1_writes_where_everything_stands_to_the_log()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "1h", max = "1h", jitter = 0.0 }
            [service.well]
            command = ["%hang"]
            probe = { exec = ["/bin/true"], interval = "50ms" }
            [service.broken]
            command = ["/bin/sh", "-c", "sleep 0.1; exit 3"]
            [service.done]
            type = "oneshot"
            command = ["/bin/true"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("broken", "restarting in");
        await Patience.Until(() => Ask(init), "a probe of a ready service has been counted");
        Assert.True(init.Lines.HasLogged("", "status: running, up "));
        Assert.True(init.Lines.HasLogged("broken", "backing off for "));
        Assert.Contains("next start in 59m", init.Lines.Logged("broken", "backing off for ")[0].Text, StringComparison.Ordinal);
        Assert.Contains("last exit code 3", init.Lines.Logged("broken", "backing off for ")[0].Text, StringComparison.Ordinal);
        Assert.True(init.Lines.HasLogged("done", "completed for "));

        static bool Ask(InitProcess init)
        {
            init.Signal(10);
            return init.Lines.Logged("well", "ready for ").Any(line => line.Text.Contains(", 0 failed, last ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_terminal_of_another_size_is_passed_on_as_the_file_says()
    {
        using var files = new Installation("""
            [signals]
            SIGWINCH = "a"
            [service.a]
            command = ["%signals", "--exit-on", "15"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { Terminal = true });
        await init.WaitForLog("", "up after");
        await init.WaitFor("start pid=");
        await Resize(init);
        await init.WaitFor("signal 28");
    }

    [Fact]
    public async Task A_terminal_of_another_size_stops_nothing_even_where_SIGWINCH_stops()
    {
        using var files = new Installation("""
            [shutdown]
            signals = ["SIGTERM", "SIGWINCH"]
            [service.a]
            command = ["%hang"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { Terminal = true });
        await init.WaitForLog("", "up after");
        await Resize(init);
        init.Signal(10);
        await init.WaitFor("status: running");
        Assert.False(init.Lines.HasLogged("", "SIGWINCH"));
        init.Signal(28);
        await init.WaitFor("shutting down (SIGWINCH)");
        Assert.Equal(0, await init.WaitForExit());
    }

    private static async Task Resize(InitProcess init)
    {
        var (exit, _, error) = await InitProcess.Program("/bin/stty", "-F", $"/proc/{init.Pid}/fd/0", "cols", "97");
        Assert.Equal((0, ""), (exit, error));
    }

    [Fact]
    public async Task A_variable_that_will_not_do_is_refused_before_anything_starts()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]");
        var ended = await InitProcess.Run(
            files.Setup with { Environment = new Dictionary<string, string> { ["METAMCP_CLEANUP_TIMEOUT"] = "10s",
            ["METAMCP_ALERT_ENABLED"] = "maybe" } });
        Assert.Equal(100, ended.Code);
        Assert.Equal(
            ["METAMCP_ALERT_ENABLED: is neither true nor false; write METAMCP_ALERT_ENABLED=true",
                "METAMCP_CLEANUP_TIMEOUT: is no whole number of milliseconds; write METAMCP_CLEANUP_TIMEOUT=10000"],
            ended.Stderr.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_lifecycle_a_service_is_started_reaped_and_stopped_and_not_restarted()
    {
        using var files = new Installation("""
            [service.a]
            command = ["/bin/sh", "-c", "exit 3"]
            [service.b]
            command = ["%hang"]
            probe = { exec = ["/bin/false"] }
            memory_max = "1MiB"
            """);
        await using var init = await InitProcess.Start(
            files.Setup with { Environment = new Dictionary<string, string> { ["METAMCP_LIFECYCLE_ENABLED"] = "false" } });
        await init.WaitForLog("a", "failed: exit code 3");
        await init.WaitForLog("b", "ready after");
        // The level of the line says that it is a warning.
        Assert.True(init.Lines.HasLogged("", "METAMCP_LIFECYCLE_ENABLED: is false"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }
}
