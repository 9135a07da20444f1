using System.Text;
using System.Text.Json;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class McpConversationTests
{
    private const string Fine = "200 {R}";
    private const string NoSession = "400 {E-32000}";
    private const string NoMethod = "200 {E-32601}";

    /// <summary>The answers of a server, and the request that follows each of them.</summary>
    [Theory]
    [InlineData("stateless", "ping", Fine)]
    [InlineData("stateful", "ping initialize notifications/initialized ping DELETE", NoSession, "200 S {R}", "202", "200 S {R}")]
    [InlineData("stateful, refusal as text", "ping initialize notifications/initialized ping DELETE", "404", "200 S {R}", "202",
        "200 S {R}")]
    [InlineData("initialize without a session", "ping initialize notifications/initialized ping", "422", Fine, "202", Fine)]
    [InlineData("stateless version, header missing", "ping server/discover", "400 {E-32020}", Fine)]
    [InlineData("stateless version, unsupported", "ping server/discover", "400 {E-32022}", Fine)]
    [InlineData("stateless version, no ping", "ping server/discover", "404 {E-32601}", Fine)]
    [InlineData("stateless version, another refusal", "ping initialize server/discover", NoSession, "400 {E-32600}", Fine)]
    [InlineData("by hand, without ping", "ping server/discover initialize notifications/initialized ping", NoMethod, NoMethod, Fine, "200",
        NoMethod)]
    [InlineData("a session for any request", "ping DELETE", "200 S {R}")]
    [InlineData("the notification is not understood", "ping initialize notifications/initialized ping DELETE", NoSession, "200 S {R}",
        "500", Fine)]
    public void A_healthy_server_is_asked(string why, string asked, params string[] answers)
    {
        var (words, failure) = Talk(answers);
        Assert.True(failure is null, $"{why}: {failure}");
        Assert.Equal(asked, words);
    }

    [Theory]
    [InlineData("ping", "ping: answered 500", "500")]
    [InlineData("ping", "ping: answered 503, error -32603 (Oh no)", "503 {E-32603}")]
    [InlineData("ping", "ping: answered 401", "401")]
    [InlineData("ping", "ping: answered 405", "405")]
    [InlineData("ping", "ping: answered 302", "302")]
    [InlineData("ping", "ping: answered 200 without JSON or events", "200")]
    [InlineData("ping initialize server/discover", "ping: answered 404; initialize: answered 404; server/discover: answered 404", "404",
        "404", "404")]
    [InlineData("ping initialize", "initialize: answered 500", "404", "500")]
    [InlineData("ping initialize notifications/initialized ping DELETE", "ping in a session: answered 404", NoSession, "200 S {R}", "202",
        "404")]
    [InlineData("ping server/discover initialize", "initialize: answered 400, error -32022 (Oh no)", NoMethod, "400 {E-32022}",
        "400 {E-32022}")]
    [InlineData("ping DELETE", "ping: answered 500", "500 S")]
    [InlineData("ping initialize server/discover DELETE DELETE", "server/discover", "400 S1 {E-32000}", "400 S2 {E-32000}", "400")]
    public void Another_is_unhealthy_because(string asked, string reason, params string[] answers)
    {
        var (words, failure) = Talk(answers);
        Assert.Contains(reason, failure, StringComparison.Ordinal);
        Assert.Equal(asked, words);
    }

    [Fact]
    public void Requests_are_what_the_specification_wants()
    {
        var conversation = Start();
        var ping = Text(conversation.Next());
        Assert.StartsWith("POST /mcp?a=b HTTP/1.1\r\nHost: localhost:3001\r\n", ping, StringComparison.Ordinal);
        Assert.Contains("\r\nAccept: application/json, text/event-stream\r\n", ping, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", ping, StringComparison.Ordinal);
        Assert.DoesNotContain("MCP-Protocol-Version", ping, StringComparison.OrdinalIgnoreCase);
        Take(conversation, "400 {E-32000}");
        using (var initialize = Body(conversation.Next()))
        {
            var parameters = initialize.RootElement.GetProperty("params");
            Assert.Equal("2025-11-25", parameters.GetProperty("protocolVersion").GetString());
            Assert.Equal("mcp-init-probe", parameters.GetProperty("clientInfo").GetProperty("name").GetString());
            Assert.Empty(parameters.GetProperty("capabilities").EnumerateObject());
        }
        Take(conversation, "200 S {V}");
        using (var initialized = Body(conversation.Next()))
            Assert.False(initialized.RootElement.TryGetProperty("id", out _));
        Assert.Contains("\r\nMcp-Session-Id: S\r\nMCP-Protocol-Version: 2025-03-26\r\n", Text(conversation.Next()),
            StringComparison.Ordinal);
        Take(conversation, "202");
        Assert.Contains("\r\nMcp-Session-Id: S\r\nMCP-Protocol-Version: 2025-03-26\r\n", Text(conversation.Next()),
            StringComparison.Ordinal);
        Take(conversation, "200 S {R}");
        var farewell = Text(conversation.NextFarewell()!);
        Assert.StartsWith("DELETE /mcp?a=b HTTP/1.1\r\n", farewell, StringComparison.Ordinal);
        Assert.Contains("\r\nMcp-Session-Id: S\r\n", farewell, StringComparison.Ordinal);
        Assert.Null(conversation.NextFarewell());
    }

    [Fact]
    public void Discover_says_in_headers_what_it_says_in_its_body()
    {
        var conversation = Start();
        Take(conversation, "404 {E-32601}");
        Assert.Contains("\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: server/discover\r\n", Text(conversation.Next()),
            StringComparison.Ordinal);
        using var discover = Body(conversation.Next());
        Assert.Equal("server/discover", discover.RootElement.GetProperty("method").GetString());
        var meta = discover.RootElement.GetProperty("params").GetProperty("_meta");
        Assert.Equal("2026-07-28", meta.GetProperty("io.modelcontextprotocol/protocolVersion").GetString());
        Assert.Empty(meta.GetProperty("io.modelcontextprotocol/clientCapabilities").EnumerateObject());
        Assert.Equal("1.2.3", meta.GetProperty("io.modelcontextprotocol/clientInfo").GetProperty("version").GetString());
    }

    [Fact]
    public void A_session_is_ended_also_where_its_answer_never_came()
    {
        var conversation = Start();
        conversation.Remember("S");
        Assert.Equal("ping", conversation.Asking);
        Assert.NotNull(conversation.NextFarewell());
        Assert.Null(conversation.NextFarewell());
    }

    private static (string Asked, string? Failure) Talk(string[] answers)
    {
        var conversation = Start();
        var asked = new List<string>();
        foreach (var answer in answers)
        {
            Assert.False(conversation.IsOver, $"it did not want {answer}");
            using var body = Body(conversation.Next());
            asked.Add(body.RootElement.GetProperty("method").GetString()!);
            Take(conversation, answer);
        }
        Assert.True(conversation.IsOver);
        while (conversation.NextFarewell() is { } farewell)
            asked.Add(Text(farewell).Split(' ')[0]);
        return (string.Join(' ', asked), conversation.Failure);
    }

    private static McpConversation Start() => new(HttpTarget.Parse("http://localhost:3001/mcp?a=b", out _)!, "1.2.3", 40);

    /// <summary>A status, then a session if one is given, then a body: a result, an error with its code, or a version.</summary>
    private static void Take(McpConversation conversation, string answer)
    {
        var id = conversation.Next().Id;
        var words = answer.Split(' ');
        var head = new StringBuilder($"HTTP/1.1 {words[0]} x\r\n");
        var body = "";
        foreach (var word in words[1..])
        {
            if (word.StartsWith('S'))
                head.Append($"Mcp-Session-Id: {word}\r\n");
            else
                head.Append("Content-Type: application/json\r\n");
            if (word == "{R}")
                body = $$$"""{"id":{{{id}}},"result":{}}""";
            else if (word == "{V}")
                body = $$$"""{"id":{{{id}}},"result":{"protocolVersion":"2025-03-26"}}""";
            else if (word.StartsWith("{E", StringComparison.Ordinal))
                body = $$$"""{"id":null,"error":{"code":{{{word[2..^1]}}},"message":"Oh no"}}""";
        }
        var taken = new McpAnswer(id);
        taken.Add(Encoding.ASCII.GetBytes($"{head}\r\n{body}"));
        taken.End();
        conversation.Take(taken);
    }

    private static string Text(McpRequest request) => Encoding.ASCII.GetString(request.Bytes.Span);

    private static JsonDocument Body(McpRequest request) => JsonDocument.Parse(Text(request).Split("\r\n\r\n", 2)[1]);
}
