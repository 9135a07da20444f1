using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>The number of sessions of the incident, all at once, of one server of which three may run.</summary>
public sealed class SessionTests
{
    private const int Sessions = 136;
    private const int Most = 3;

    /// <summary>That of the strictest client of shared/facts.md, in ms.</summary>
    private const int ClientsTimeout = 15_000;

    [Theory]
    [InlineData("refuse", "hold", Most)]
    [InlineData("wait", "hold", Most)]
    [InlineData("wait", "turns", Sessions)]
    public async Task No_more_than_the_limit_runs_and_every_session_is_answered(string onLimit, string mode, int served)
    {
        var script = ClientContainer.Module("tests/clients", "sessions.mjs");
        string[] words = ["node", script, $"{Sessions}", mode, "mcp-server-memory", .. ClientContainer.Command(intercepted: true)];
        await using var container = await ClientContainer.Start($"""
            [service.client]
            type = "oneshot"
            command = {ClientContainer.Words(words)}
            restart = "never"
            """, $"max_instances = {Most}\non_limit = \"{onLimit}\"");
        var line = await container.Init.WaitFor("\"served\"", limit: Patience.Long);
        using var report = JsonDocument.Parse(line.Text[line.Text.IndexOf('{', StringComparison.Ordinal)..]);
        int Number(string name) => report.RootElement.GetProperty(name).GetInt32();
        Assert.InRange(Number("most"), 1, Most);
        Assert.Equal(Sessions, Number("served") + Number("refused"));
        Assert.InRange(Number("served"), Most, served);
        Assert.InRange(Number("slowest"), 1, ClientsTimeout);
        Assert.Equal("[0]", report.RootElement.GetProperty("codes").GetRawText());
        await container.Init.WaitForLog("client", "completed");
        await container.NothingButThese("sleep infinity");
    }
}
