using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Services that are MCP servers, watched by <c>probe = { mcp = … }</c>.</summary>
public sealed class McpHealthTests
{
    private const int Stop = 19;

    [Fact]
    public async Task The_reference_server_becomes_ready_and_keeps_no_session_of_its_probes()
    {
        var everything = Path.Combine(Files.Root, "container/demo/node_modules/@modelcontextprotocol/server-everything/dist/index.js");
        using var files = new Installation($$"""
            [service.everything]
            command = ["node", "{{everything}}", "streamableHttp"]
            environment = { PORT = "3001" }
            probe = { mcp = "http://127.0.0.1:3001/mcp", interval = "50ms" }
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        await init.WaitForLog("everything", "ready");
        await Patience.Until(() => Count(init, "Transport closed for session") >= 20, "twenty probes have ended their session");
        Assert.InRange(Count(init, "Session initialized") - Count(init, "Transport closed for session"), 0, 1);
        Assert.False(init.Lines.HasLogged("everything", "probe failed"));
    }

    [Fact]
    public async Task A_server_that_hangs_is_replaced()
    {
        using var files = new Installation($$"""
            [service.server]
            command = ["node", "{{McpServer.Script}}", "stateful", "3001"]
            probe = { mcp = "http://127.0.0.1:3001/mcp", interval = "500ms", timeout = "1s", retries = 2 }
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        var ready = await init.WaitForLog("server", "ready");
        Native.Signal(init.Inside(Log.PidIn(ready)).Pid, Stop);
        await init.WaitForLog("server", "ready", ready);
        Assert.True(init.Lines.HasLogged("server", "unhealthy: 2 probes in a row failed"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    private static int Count(InitProcess init, string text) => init.Lines.Count(line => line.Text.Contains(text, StringComparison.Ordinal));
}
