using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// The official clients and two gateways with the real memory server behind <c>launch</c>, and behind an npx that is intercepted: they list
/// its tools, call one, close it in their own way, and nothing of it is left. (The official Python client is in no package of Debian or
/// npm.)
/// </summary>
public sealed class ClientTests
{
    private const string Port = "3003";
    private const string Address = $"http://127.0.0.1:{Port}/mcp";

    private static readonly string Node = ClientContainer.Module("tests/clients", "typescript.mjs");
    private static readonly string Inspector =
        ClientContainer.Module("container/demo", "node_modules/@modelcontextprotocol/inspector/cli/build/cli.js");

    [Theory]
    [InlineData("1", false)]
    [InlineData("1", true)]
    [InlineData("2", false)]
    [InlineData("2", true)]
    [InlineData("auto", false)]
    [InlineData("auto", true)]
    public async Task The_TypeScript_client_is_served_and_leaves_nothing(string generation, bool intercepted) =>
        await Serve(["node", Node, generation, .. ClientContainer.Command(intercepted)], "closed after");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_CSharp_client_is_served_and_leaves_nothing(bool intercepted)
    {
        var client = ClientContainer.Module("tests/clients", "bin/Debug/net10.0/csharp-client");
        await Serve([client, .. ClientContainer.Command(intercepted)], "closed after");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_inspector_is_served_and_leaves_nothing(bool intercepted)
    {
        var call = $"node {Inspector} --cli \"$@\" --method tools";
        var both = $"{call}/list && {call}/call --tool-name read_graph";
        await Serve(["sh", "-euc", both, "sh", .. ClientContainer.Command(intercepted)], "\"read_graph\"");
    }

    [Fact]
    public async Task A_real_npx_is_served_and_leaves_nothing() =>
        await Serve(["node", Node, "1", .. ClientContainer.Command(intercepted: true)], "closed after", "unwrap = false");

    [Theory]
    [InlineData("supergateway", false)]
    [InlineData("supergateway", true)]
    [InlineData("mcp-proxy", false)]
    [InlineData("mcp-proxy", true)]
    public async Task A_gateway_is_served_and_leaves_nothing_when_it_is_killed(string gateway, bool intercepted)
    {
        var command = ClientContainer.Command(intercepted);
        string[] words = gateway == "supergateway"
            ? ["node", ClientContainer.Module("container/demo", "node_modules/supergateway/dist/index.js"), "--logLevel", "none",
                "--stdio", string.Join(' ', command), "--outputTransport", "streamableHttp", "--stateful", "--port", Port]
            : ["node", ClientContainer.Module("tests/clients", "node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs"),
                "--host", "127.0.0.1", "--port", Port, "--", .. command];
        await using var container = await ClientContainer.Start($$"""
            [service.gateway]
            command = {{ClientContainer.Words(words)}}
            probe = { tcp = "127.0.0.1:{{Port}}" }
            restart = "never"
            [service.client]
            type = "oneshot"
            command = {{ClientContainer.Words("node", Node, "1", Address)}}
            depends_on = ["gateway"]
            restart = "never"
            [service.holder]
            command = {{ClientContainer.Words("node", Node, "hold", Address)}}
            depends_on = ["gateway"]
            restart = "never"
            """);
        await container.Init.WaitForLog("client", "completed", limit: Patience.Long);
        await container.Init.WaitFor("holding", limit: Patience.Long);
        Assert.NotEmpty(container.Servers());
        Assert.Contains(container.Init.Lines, line => IsLaunch(line, "gateway"));
        var ready = Assert.Single(container.Init.Lines.Logged("gateway", "ready"));
        Native.Signal(container.Init.Inside(Log.PidIn(ready)).Pid, 9);
        await container.NothingButThese("sleep infinity", "typescript.mjs hold");
    }

    private static bool IsLaunch(Line line, string client) =>
        line.Text.Contains(" memory@", StringComparison.Ordinal) &&
        line.Text.Contains($": launched by {client} ", StringComparison.Ordinal);

    private static async Task Serve(IReadOnlyList<string> client, string said, string memory = "")
    {
        await using var container = await ClientContainer.Start($"""
            [service.client]
            type = "oneshot"
            command = {ClientContainer.Words(client)}
            restart = "never"
            """, memory);
        await container.Init.WaitForLog("client", "completed", limit: Patience.Long);
        var lines = container.Init.Stdout;
        Assert.Contains(lines, line => line.Contains("known", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(said, StringComparison.Ordinal));
        Assert.Contains(container.Init.Lines, line => IsLaunch(line, "client"));
        await container.NothingButThese("sleep infinity");
    }
}
