using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Alerts, and the command that gets them.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task A_crash_is_told_once_and_its_end_as_well()
    {
        using var files = new Installation("""
            [alerts]
            command = ["/bin/sh", "-c", "cat >> %/told; echo >> %/count"]
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.shaky]
            command = ["/bin/sh", "-c", "test -e %/crashed && exec %hang; touch %/crashed; exit 3"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("shaky", "alert process-failure (warning)");
        await init.WaitForLog("shaky", "alert process-failure is over after");
        await Patience.Until(() => Lines(files["count"]) == 2, "the command was started for both");
        var lines = await File.ReadAllLinesAsync(files["told"], TestContext.Current.CancellationToken);
        var told = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["raised", "resolved"], told.Select(alert => alert.GetProperty("state").GetString()));
        Assert.All(told, alert => Assert.Equal("shaky", alert.GetProperty("name").GetString()));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_command_that_hangs_and_floods_delays_nothing_and_is_killed_whole()
    {
        using var files = new Installation("""
            [alerts]
            command = ["/bin/sh", "-c", "%ignore-term & echo $$ >> %/started; exec yes"]
            [restart]
            backoff = { initial = "10ms", max = "10ms" }
            breaker = { failures = 1000 }
            [service.shaky]
            command = ["/bin/sh", "-c", "echo run; exec sleep 0.2"]
            restart = "always"
            [service.failing]
            command = ["/bin/sh", "-c", "exit 1"]
            restart = "never"
            [service.stays]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("failing", "alert process-failure (critical)");
        // The service is restarted again and again while the command hangs.
        await init.WaitFor(_ => init.Lines.Count(line => line.Text.EndsWith("| run", StringComparison.Ordinal)) > 20, "20 runs");
        var told = await init.WaitFor("command of [alerts]: it was killed, since it had not ended within 10s", limit: Patience.Long);
        await Patience.Until(
            () => init.Processes().All(process => process.Name is not ("yes" or "ignore-term")), "all of the command is gone");
        Assert.Equal(1, Lines(files["started"]));
        Assert.Single(init.Lines, line => line.Text.Contains("command of [alerts]", StringComparison.Ordinal));
        Assert.NotNull(told);
    }

    [Fact]
    public async Task A_command_that_cannot_be_executed_is_told_with_its_reason()
    {
        using var files = new Installation("""
            [alerts]
            command = ["/nonexistent/notify"]
            [service.failing]
            command = ["/bin/sh", "-c", "exit 1"]
            restart = "never"
            [service.stays]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForAll("command of [alerts]: it ended: exit code 127", "/nonexistent/notify");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task The_end_of_the_container_waits_for_the_alert_that_says_why()
    {
        using var files = new Installation("""
            [alerts]
            command = ["/bin/sh", "-c", "sleep 1; cat > %/told"]
            [service.needed]
            command = ["/bin/sh", "-c", "exit 7"]
            restart = "never"
            required = true
            """);
        Assert.Equal(7, (await files.Run()).Code);
        var document = await File.ReadAllTextAsync(files["told"], TestContext.Current.CancellationToken);
        var alert = JsonDocument.Parse(document).RootElement;
        Assert.Equal(("process-failure", "critical"), (alert.GetProperty("alert").GetString(), alert.GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task Switched_off_by_the_environment_there_is_none()
    {
        using var files = new Installation("""
            [alerts]
            command = ["/bin/sh", "-c", "touch %/told"]
            [service.needed]
            command = ["/bin/sh", "-c", "exit 7"]
            restart = "never"
            required = true
            """);
        var setup = files.Setup with { Environment = new Dictionary<string, string> { ["METAMCP_ALERT_ENABLED"] = "false" } };
        var ended = await InitProcess.Run(setup);
        Assert.Equal(7, ended.Code);
        Assert.DoesNotContain(ended.Lines, line => line.Text.Contains("alert ", StringComparison.Ordinal));
        Assert.False(File.Exists(files["told"]));
    }

    private static int Lines(string file) => File.Exists(file) ? File.ReadAllLines(file).Length : 0;
}
