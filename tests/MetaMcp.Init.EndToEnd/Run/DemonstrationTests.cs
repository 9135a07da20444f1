using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>The demonstrations: real MCP servers, started, checked and stopped, and the incident in small.</summary>
public sealed class DemonstrationTests
{
    [Fact]
    public async Task The_installation_of_the_repository_comes_up_and_goes_down()
    {
        await using var run = await InitProcess.Start(Script("run", "--once"));
        var code = await run.WaitForExit(TimeSpan.FromSeconds(95));
        var all = string.Join('\n', run.Lines.Select(line => line.Text));
        Assert.True(code == 0, all);
        Assert.True(run.Lines.IndexOfLog("prepare", "completed") < run.Lines.IndexOfLog("everything", "started"), all);
        Assert.True(run.Lines.IndexOfLog("everything", "ready") < run.Lines.IndexOfLog("verify", "started"), all);
        Assert.True(run.Lines.IndexOfLog("gateway", "ready") < run.Lines.IndexOfLog("verify", "started"), all);
        Assert.True(run.Lines.HasLogged("verify", "completed"), all);
        foreach (var server in new[] { "everything", "everything-sse", "gateway" })
        {
            Assert.True(run.Lines.HasLogged(server, "stopped"), all);
            Assert.False(run.Lines.HasLogged(server, "killed,"), all);
        }
    }

    [Fact]
    public async Task The_incident_leaves_processes_without_mcp_init_and_none_with_it()
    {
        var demo = await InitProcess.Run(Script("demo", "--sessions", "1", "--wait", "3"), TimeSpan.FromSeconds(95));
        var all = string.Join('\n', demo.Lines.Select(line => line.Text));
        Assert.True(demo.Code == 0, all);
        string[] Cells(string row) =>
            [
                .. Assert.Single(demo.Stdout, line => line.StartsWith($"| {row} ", StringComparison.Ordinal))
                    .Split('|').Select(cell => cell.Trim()),
            ];
        Assert.NotEqual('0', Cells("without mcp-init")[^2][0]);
        Assert.StartsWith("0, after", Cells("with mcp-init  ")[^2], StringComparison.Ordinal);
        Assert.StartsWith("0, after", Cells("with mcp-init, unwrap")[^2], StringComparison.Ordinal);
        Assert.True(int.Parse(Cells("with mcp-init, unwrap")[2]) < int.Parse(Cells("without mcp-init")[2]), all);
    }

    /// <summary>A namespace around all those that the script makes, so that no process outlives the test.</summary>
    private static Setup Script(string name, params string[] arguments) => new(arguments)
    {
        Program = Path.Combine(Files.Root, "scripts", name),
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/root",
        },
    };
}
