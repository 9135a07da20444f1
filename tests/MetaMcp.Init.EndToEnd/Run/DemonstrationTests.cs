using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>The demonstration of <c>make run</c>: real MCP servers, started, checked and stopped.</summary>
public sealed class DemonstrationTests
{
    [Fact]
    public async Task The_installation_of_the_repository_comes_up_and_goes_down()
    {
        // A namespace around all the others, so that no process outlives the test.
        var setup = new Setup("--once")
        {
            Program = Path.Combine(Files.Root, "scripts", "run"),
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
                ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/root",
            },
        };
        await using var run = await InitProcess.Start(setup);
        var code = await run.WaitForExit(TimeSpan.FromSeconds(95));
        var all = string.Join('\n', run.Lines.Select(line => line.Text));
        Assert.True(code == 0, all);
        Assert.True(run.Lines.IndexOfLog("prepare", "completed") < run.Lines.IndexOfLog("everything", "started"), all);
        Assert.True(run.Lines.IndexOfLog("everything", "ready") < run.Lines.IndexOfLog("verify", "started"), all);
        Assert.True(run.Lines.IndexOfLog("memory", "ready") < run.Lines.IndexOfLog("verify", "started"), all);
        Assert.True(run.Lines.HasLogged("verify", "completed"), all);
        foreach (var server in new[] { "everything", "everything-sse", "memory" })
        {
            Assert.True(run.Lines.HasLogged(server, "stopped"), all);
            Assert.False(run.Lines.HasLogged(server, "killed,"), all);
        }
    }
}
