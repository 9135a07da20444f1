using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>Events against what has happened.</summary>
public sealed class EventsTests
{
    private const string Crashing = """
        [restart]
        backoff = { initial = "20ms", max = "20ms" }
        breaker = { failures = 1000 }
        [service.crashing]
        command = ["%exits", "3"]
        [service.kept]
        command = ["%hang"]
        """;

    /// <summary>The follower is killed and started again where it was, while hundreds of events happen.</summary>
    [Fact]
    public async Task A_follower_that_is_killed_and_goes_on_from_its_last_number_misses_none_and_gets_none_twice()
    {
        await using var container = await WindowContainer.Start(Crashing, isAwaited: false);
        await container.Init.WaitForLog("kept", "ready");
        var (seen, texts) = (new List<long>(), new List<(string Event, string Subject)>());
        for (var life = 0; seen.Count < 300; life++)
        {
            using var follower = container.Begin(
                Operator.Root, [Files.Binary, "events", "--follow", "--json", "--since", $"{(seen.Count == 0 ? 0 : seen[^1])}"]);
            for (var line = 0; line < 40; line++)
            {
                var text = await follower.Line();
                var row = JsonDocument.Parse(Assert.IsType<string>(text)).RootElement;
                if (!row.TryGetProperty("event", out var kind))
                    continue;
                seen.Add(row.GetProperty("seq").GetInt64());
                texts.Add((kind.GetString()!, row.TryGetProperty("subject", out var subject) ? subject.GetString() ?? "" : ""));
            }
            await follower.Kill();
        }
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen);
        // Against the log: each end of the service is followed by a new start, in both.
        var told = texts.Where(t => t.Subject == "crashing").Select(t => t.Event)
            .Where(e => e is "service.started" or "service.exited" or "service.restarting").ToList();
        var logged = container.Init.Lines.Where(l => l.Text.Contains("crashing: ", StringComparison.Ordinal)).Select(l =>
            l.Text.Contains("started (pid", StringComparison.Ordinal) ? "service.started"
            : l.Text.Contains("restarting in", StringComparison.Ordinal) ? "service.restarting"
            : l.Text.Contains("exited after", StringComparison.Ordinal) ? "service.exited" : "").Where(e => e.Length > 0).ToList();
        Assert.True(told.Count > 100);
        Assert.Equal(logged.Take(told.Count), told);
    }

    [Fact]
    public async Task A_number_whose_events_are_not_kept_any_more_gives_a_gap_that_is_counted()
    {
        await using var container = await WindowContainer.Start(
            Crashing.Replace("20ms", "1ms", StringComparison.Ordinal), isAwaited: false);
        await container.Init.WaitForLog("kept", "ready");
        JsonElement first = default;
        await Patience.UntilNothing(() =>
        {
            var said = container.Ask("events", "--since", "1", "--json").GetAwaiter().GetResult();
            first = JsonDocument.Parse(said.Lines[0]).RootElement.Clone();
            return first.TryGetProperty("lost", out _) ? null : said.Lines[0];
        }, TimeSpan.FromSeconds(60));
        Assert.Equal(first.GetProperty("next").GetInt64(), first.GetProperty("lost").GetInt64() + 2);
    }

    [Fact]
    public async Task A_follower_ends_with_the_container()
    {
        await using var container = await WindowContainer.Start("[service.a]\ncommand = [\"%hang\"]");
        using var follower = container.Begin(Operator.Root, [Files.Binary, "events", "--follow", "--json"]);
        Assert.NotNull(await follower.Line());
        _ = await container.Ask("shutdown", "--wait");
        // The last step of the shutdown may end it before it has shown the last events.
        _ = await follower.Rest();
        Assert.Contains(await follower.Code(), (int[])[0, 143]);
        Assert.Equal(0, await container.Init.WaitForExit());
    }

    /// <summary>Nothing happens that it could write, and so notice.</summary>
    [Theory]
    [InlineData("events --follow")]
    [InlineData("logs --follow --json")]
    public async Task A_follower_ends_when_nothing_reads_its_output_any_more(string words)
    {
        await using var container = await WindowContainer.Start("[service.a]\ncommand = [\"%hang\"]\nlog = \"prefix\"");
        using var pipeline = container.Begin(
            Operator.Root, "/bin/sh", "-c", $"{{ {Files.Binary} {words}; echo $? >&2; }} | head -n 1");
        var said = await pipeline.Said();
        Assert.Equal((0, "141\n"), (said.Code, said.Error));
        _ = Assert.Single(said.Lines);
    }
}
