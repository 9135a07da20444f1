using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A refusal never looks like a crash: it speaks the client's protocol, and to a person on a terminal in words.</summary>
public sealed partial class RefusalTests(FullContainer full) : IClassFixture<FullContainer>
{
    private readonly LaunchContainer _container = full.Container;

    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task Initialize_is_answered_with_an_error_that_names_the_limit_and_the_holder(string version)
    {
        using var gateway = await _container.Gateway();
        var refused = await gateway.Spawn(LaunchContainer.Launched("full", "refused"));
        var answer = await refused.Request(
            $$$$"""{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"{{{{version}}}}","capabilities":{}}}""");
        AssertRefused(answer, "7");
        // No answer to a notification; and ids of clients may be texts.
        await refused.Tell("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        const string Id = """
            "a \"b\" é"
            """;
        AssertRefused(await refused.Request($$$"""{"jsonrpc":"2.0","id":{{{Id}}},"method":"tools/list","params":{}}"""), Id);
        AssertRefused(await refused.Request("""{"method":"ping","id":0,"jsonrpc":"2.0"}"""), "0");
        await refused.Close();
        Assert.Equal("exit 0", await refused.Ending());
        Assert.Null(await refused.Hear());
    }

    [Fact]
    public async Task Discovery_of_the_stateless_protocol_is_answered_so_too()
    {
        using var gateway = await _container.Gateway();
        var refused = await gateway.Spawn(LaunchContainer.Launched("full", "refused"));
        const string Version = """{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""";
        AssertRefused(await refused.Request($$$"""{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{{{Version}}}}"""), "1");
        AssertRefused(await refused.Request("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x"}}"""), "2");
        await refused.Close();
        Assert.Equal("exit 0", await refused.Ending());
    }

    [Fact]
    public async Task It_bears_whatever_a_client_sends()
    {
        using var gateway = await _container.Gateway();
        var refused = await gateway.Spawn(LaunchContainer.Launched("full", "refused"));
        await refused.Tell("no JSON");
        await refused.Tell("");
        await refused.Tell("[[[[[[[[");
        await refused.Tell($$"""{"jsonrpc":"2.0","method":"notifications/{{new string('x', 60_000)}}"}""");
        string? line;
        do
        {
            await refused.Tell("""{"jsonrpc":"2.0","id":77,"method":"tools/list"}""");
            line = await refused.Hear();
        }
        while (line is not null && !line.Contains("77", StringComparison.Ordinal));
        AssertRefused(JsonDocument.Parse(line!).RootElement, "77");
        await refused.Signal(15);
        Assert.Equal("exit 0", await refused.Ending());
    }

    [Fact]
    public async Task A_person_on_a_terminal_is_told_in_words()
    {
        using var gateway = await _container.Gateway();
        var refused = await gateway.Spawn(LaunchContainer.Launched("full", "refused"), "--terminal");
        var said = "";
        while (await refused.Hear() is { } line)
            said += line + "\n";
        Assert.Contains("max_instances", said, StringComparison.Ordinal);
        Assert.Matches(Holder(), said);
        Assert.DoesNotContain("jsonrpc", said, StringComparison.Ordinal);
        Assert.Equal("exit 1", await refused.Ending());
    }

    [Fact]
    public async Task A_server_without_a_table_is_refused_where_the_file_says_so()
    {
        await using var container = await LaunchContainer.Start("""
            [launch]
            unknown = "refuse"
            [server.known]
            """);
        using var gateway = await container.Gateway();
        Assert.True(await (await gateway.Spawn(LaunchContainer.Launched("known", "known"))).IsGranted());
        var refused = await gateway.Spawn(LaunchContainer.Launched("other", "other"));
        var answer = await refused.Request("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        Assert.Contains("other", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(container.Of("other"), process => process.Name == "jobserver");
    }

    [Fact]
    public async Task A_name_without_a_table_and_a_command_is_refused_in_words()
    {
        using var gateway = await _container.Gateway();
        var refused = await gateway.Spawn($"{Files.Binary} launch other");
        var answer = await refused.Request("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        Assert.Contains(
            "no [server.other], and no command was given", answer.GetProperty("error").GetProperty("message").GetString(),
            StringComparison.Ordinal);
        await refused.Close();
        Assert.Equal("exit 0", await refused.Ending());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_kept_for_a_service_is_refused_to_the_others(bool cgroup)
    {
        await using var container = await LaunchContainer.Start(
            """
            [service.stranger]
            command = ["%gateway", "%/stranger.sock"]
            environment = { MCP_INIT_RUNTIME_DIR = "%/run" }
            [server.kept]
            allow = ["host"]
            """, cgroup);
        using var owner = await container.Gateway();
        await container.Init.WaitForAll("stranger", "listening");
        using var stranger = await container.Gateway("stranger.sock");
        var refused = await stranger.Spawn(LaunchContainer.Launched("kept", "strangers"));
        var answer = await refused.Request("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        Assert.Contains(
            "add \"stranger\" to allow of [server.kept]", answer.GetProperty("error").GetProperty("message").GetString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain(container.Of("strangers"), process => process.Name == "jobserver");
        Assert.True(await (await owner.Spawn(LaunchContainer.Launched("kept", "owned"))).IsGranted());
    }

    private static void AssertRefused(JsonElement answer, string id)
    {
        Assert.Equal("2.0", answer.GetProperty("jsonrpc").GetString());
        Assert.Equal(JsonDocument.Parse(id).RootElement.ToString(), answer.GetProperty("id").ToString());
        Assert.Equal(JsonDocument.Parse(id).RootElement.ValueKind, answer.GetProperty("id").ValueKind);
        Assert.False(answer.TryGetProperty("result", out _));
        var error = answer.GetProperty("error");
        Assert.Equal(JsonValueKind.Number, error.GetProperty("code").ValueKind);
        var text = error.ToString();
        Assert.Contains("max_instances", text, StringComparison.Ordinal);
        Assert.Matches(Holder(), text);
    }

    [GeneratedRegex(@"mcp-\d+-\d+ \(full, pid \d+")]
    private static partial Regex Holder();
}
