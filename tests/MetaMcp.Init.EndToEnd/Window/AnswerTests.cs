using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>Verbs whose answer is late, cut or refused.</summary>
public sealed class AnswerTests
{
    private const string Happened = """{"row":"event","seq":1,"age_ms":0,"event":"service.ready","level":"info","text":"web: ready"}""";

    [Fact]
    public async Task A_follower_whose_answer_ends_has_seen_all_of_it()
    {
        using var init = new ScriptedInit(request => Follows(request) ? $"{Happened}\n{ScriptedInit.End}" : ScriptedInit.End);
        var said = await init.Ask("events", "--follow");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("web: ready", said.Lines[^1], StringComparison.Ordinal);
        said = await init.Ask("events", "--follow", "--json");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("\"end\"", Assert.Single(said.Lines.Skip(1)), StringComparison.Ordinal);
    }

    /// <summary>PID 1 drops a client that does not read for long.</summary>
    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task A_follower_that_loses_its_connection_says_so(string verb)
    {
        using var init = new ScriptedInit(request => Follows(request) ? null : ScriptedInit.End);
        var said = await init.Ask(verb, "--follow");
        Assert.Equal(2, said.Code);
        Assert.Contains("closed the connection", said.Error, StringComparison.Ordinal);
    }

    /// <summary>What comes late belongs to the first request, and says nothing about the second one.</summary>
    [Fact]
    public async Task A_late_answer_is_not_taken_for_the_next_one()
    {
        using var init = new ScriptedInit(
            request => IsStatus(request) ? "" : $"{ScriptedInit.System}\n{ScriptedInit.End}");
        var said = await init.Ask("restart", "--wait", "web");
        Assert.Equal((2, ""), (said.Code, said.Output));
        Assert.Contains("has not answered", said.Error, StringComparison.Ordinal);
        Assert.Contains("\"status\"", Assert.Single(init.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_whose_events_do_not_come_is_no_success()
    {
        using var init = new ScriptedInit(request => IsStatus(request)
            ? $"{ScriptedInit.System}\n{ScriptedInit.Service}\n{ScriptedInit.End}" : "");
        var said = await init.Ask("status", "web");
        Assert.Equal(2, said.Code);
        Assert.Contains("web", said.Output, StringComparison.Ordinal);
        Assert.Contains("has not answered", said.Error, StringComparison.Ordinal);
        Assert.Equal(2, init.Requests.Count);
    }

    [Fact]
    public async Task Metrics_that_are_refused_exit_as_every_verb_that_is_refused()
    {
        using var init = new ScriptedInit(_ => """{"row":"end","schema":1,"error":"busy","text":"too many clients"}""");
        foreach (var verb in (string[])["metrics", "status", "events", "health"])
        {
            var said = await init.Ask(verb);
            Assert.Equal((1, $"mcp-init {verb}: too many clients\n"), (said.Code, said.Error));
        }
        using var gone = new ScriptedInit(_ => null);
        Assert.Equal(2, (await gone.Ask("metrics")).Code);
    }

    /// <summary>Top looks more seldom than PID 1 keeps a connection that asks nothing.</summary>
    [Fact]
    public async Task Top_looks_again_though_its_connection_was_closed_between_two_looks()
    {
        using var init = new ScriptedInit(request => IsStatus(request)
            ? $"{ScriptedInit.System}\n{ScriptedInit.Service}\n{ScriptedInit.End}" : ScriptedInit.End)
        {
            IsLast = request => !IsStatus(request),
        };
        using var top = init.Begin(
            "/usr/bin/script", "-q", "-e", "-c", $"stty rows 24 cols 80; exec {Files.Binary} top -d 0.1", "/dev/null");
        await Patience.Until(() => init.Requests.Count(IsStatus) >= 5, "it has looked five times");
        await top.Type("q");
        var said = await top.Said();
        Assert.Equal(0, said.Code);
        Assert.Contains("running", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("does not answer", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_that_no_process_got_is_no_success()
    {
        const string Unsent = """{"row":"target","name":"web","text":"has no main process to send a signal to","unchanged":true}""";
        const string Sent = """{"row":"target","name":"db","text":"was sent SIGUSR1 (pid 7)"}""";
        using var none = new ScriptedInit(_ => $"{Unsent}\n{ScriptedInit.End}");
        var said = await none.Ask("signal", "USR1", "web");
        Assert.Equal((1, "", "mcp-init signal: web has no main process to send a signal to\n"), (said.Code, said.Output, said.Error));
        using var one = new ScriptedInit(_ => $"{Unsent}\n{Sent}\n{ScriptedInit.End}");
        said = await one.Ask("signal", "USR1", "web", "db");
        Assert.Equal((1, "db was sent SIGUSR1 (pid 7)\n"), (said.Code, said.Output));
        Assert.Equal(1, (await one.Ask("signal", "USR1", "type", "db")).Code);
        using var some = new ScriptedInit(_ => string.Join('\n', Of("type@1", false), Of("type@2", true), Sent, ScriptedInit.End));
        Assert.Equal(0, (await some.Ask("signal", "USR1", "type", "db")).Code);

        static string Of(string name, bool isSent) =>
            $$"""{"row":"target","name":"{{name}}","text":"is starting"{{(isSent ? "" : ",\"unchanged\":true")}}}""";
    }

    [Theory]
    [InlineData("is-ready")]
    [InlineData("health")]
    [InlineData("wait")]
    public async Task An_error_names_the_verb_that_was_typed(string verb)
    {
        using var refused = new ScriptedInit(_ => """{"row":"end","schema":1,"error":"unknown_name","text":"no such name"}""");
        var said = await refused.Ask(verb, "nix");
        Assert.Equal((1, $"mcp-init {verb}: no such name\n"), (said.Code, said.Error));
        using var server = new ScriptedInit(_ => $"{ScriptedInit.System}\n{ScriptedInit.End}");
        said = await server.Ask(verb, "memory");
        Assert.Equal(1, said.Code);
        Assert.StartsWith($"mcp-init {verb}: memory is a server", said.Error, StringComparison.Ordinal);
    }

    /// <summary>An asker of the last events alone would not know that they are not those since its number.</summary>
    [Theory]
    [InlineData()]
    [InlineData("-n", "1")]
    [InlineData("--json", "-n", "1")]
    public async Task A_number_of_an_earlier_life_is_told_whatever_is_shown(params string[] options)
    {
        using var init = new ScriptedInit(
            _ => $$"""{"row":"gap","lost":0,"next":1,"never_given":812}{{"\n"}}{{Happened}}{{"\n"}}{{ScriptedInit.End}}""");
        var said = await init.Ask(["events", "--since", "812", .. options]);
        Assert.Equal(0, said.Code);
        var words = options.Contains("--json") ? "\"never_given\":812" : "number 812 was never given";
        Assert.Contains(words, said.Output, StringComparison.Ordinal);
        Assert.Contains("web: ready", said.Output, StringComparison.Ordinal);
    }

    private static bool IsStatus(string request) => request.Contains("\"status\"", StringComparison.Ordinal);

    private static bool Follows(string request) => request.Contains("\"follow\":true", StringComparison.Ordinal);
}
