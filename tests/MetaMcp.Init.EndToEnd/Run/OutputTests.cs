using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed partial class OutputTests
{
    private const string Talk = """
        type = "oneshot"
        command = ["/bin/sh", "-c", "echo one; echo two >&2; printf three"]
        """;

    [Fact]
    public async Task Lines_carry_the_name_in_a_column()
    {
        using var files = new Installation($"[service.a-long-service-name]\n{Talk}\n[service.b]\n{Talk}");
        var ended = await files.Run();
        Assert.Contains("a-long-service-name | one", ended.Stdout);
        Assert.Contains("a-long-service-name | two", ended.Stderr);
        Assert.Contains("a-long-service-name | three", ended.Stdout);
        Assert.Contains("b                   | one", ended.Stdout);
        Assert.All(ended.Stderr, line => Assert.Equal(20, line.IndexOf('|', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Inherit_puts_nothing_in_between()
    {
        using var files = new Installation($"[service.talk]\n{Talk}\nlog = \"inherit\"");
        var ended = await files.Run();
        Assert.Equal(["one", "three"], ended.Stdout);
        Assert.Contains("two", ended.Stderr);
    }

    [Fact]
    public async Task Json_is_a_document_a_line()
    {
        using var files = new Installation($"[service.talk]\n{Talk}\nlog = \"json\"");
        var ended = await files.Run();
        var lines = ended.Stdout.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["one", "three"], lines.Select(line => line.GetProperty("line").GetString()));
        Assert.All(lines, line => Assert.Equal("talk", line.GetProperty("service").GetString()));
        Assert.All(lines, line => Assert.Equal("stdout", line.GetProperty("stream").GetString()));
        Assert.Contains(ended.Stderr, line => line.Contains("\"stream\":\"stderr\",\"line\":\"two\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task None_is_silence()
    {
        using var files = new Installation($"[service.talk]\n{Talk}\nlog = \"none\"");
        var ended = await files.Run();
        Assert.Empty(ended.Stdout);
        Assert.DoesNotContain(ended.Stderr, line => line.Contains("two", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("json")]
    public async Task No_line_can_be_forged(string mode)
    {
        using var files = new Installation($"""
            [service.forger]
            command = ["%forge"]
            log = "{mode}"
            [service.victim]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("zero");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Contains(init.Stdout, line => line.Contains("unfinished", StringComparison.Ordinal));
        foreach (var line in init.Lines.Where(line => line.Text.Contains("forged", StringComparison.Ordinal)))
            Assert.StartsWith(mode == "json" ? "{\"time\":" : "forger   | ", line.Text, StringComparison.Ordinal);
        // Nothing that a terminal or a reader of lines would take for more than text.
        Assert.All(init.Lines, line => Assert.DoesNotContain(line.Text, Harmful));
    }

    private static bool Harmful(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    [Fact]
    public async Task A_flood_is_cut_to_the_rate_and_the_rest_counted()
    {
        const int lines = 200_000;
        using var files = new Installation($"""
            [service.flood]
            command = ["%flood", "{lines}", "40", "--stay"]
            log_rate_limit = "500/s"
            """);
        await using var init = await files.Start();
        await init.WaitFor("flood done");
        await Patience.Until(() => Shown() + Dropped() == lines, "every line is shown or counted");
        Assert.InRange(Shown(), 500, lines / 4);

        long Shown() => init.Stdout.LongCount(line => line.StartsWith("flood    | flood ", StringComparison.Ordinal));

        long Dropped() =>
            init.Lines.Logged("flood", "dropped")
            .Sum(line => long.Parse(Count().Match(line.Text).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_burst_of_ten_seconds_worth_is_shown_whole()
    {
        using var files = new Installation("""
            [service.flood]
            type = "oneshot"
            command = ["%flood", "20000", "40"]
            [service.given]
            type = "oneshot"
            command = ["%flood", "20000", "40"]
            log_rate_limit = { rate = "1/m", burst = 19000 }
            """);
        var ended = await files.Run();
        // Lines over the rate are counted here; lines lost to a slow reader of our own output are counted apart. The bucket is refilled
        // meanwhile.
        Assert.InRange(Dropped("flood"), 1, 10_000);
        Assert.Equal(1000, Dropped("given"));

        long Dropped(string service) => ended.Lines.Logged(service, "dropped")
            .Sum(line => long.Parse(Count().Match(line.Text).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_flood_does_not_drown_another_service()
    {
        using var files = new Installation("""
            [service.flood]
            command = ["%flood"]
            [service.quiet]
            command = ["/bin/sh", "-c", "until test -e %/go; do sleep 0.01; done; echo heard; exec %hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("flood    | ");
        files.Open("go");
        await init.WaitFor("quiet    | heard");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task The_last_words_of_a_service_come_before_the_news_of_its_end()
    {
        var services = Enumerable.Range(0, 40).Select(i => $"""
            [service.s{i}]
            type = "oneshot"
            command = ["/bin/sh", "-c", "echo last words of {i} >&2"]
            """);
        using var files = new Installation(string.Join('\n', services));
        var ended = await files.Run();
        for (var i = 0; i < 40; i++)
        {
            var words = Assert.Single(ended.Lines, line => line.Text.EndsWith($"| last words of {i}", StringComparison.Ordinal));
            Assert.True(words.Index < ended.Lines.IndexOfLog($"s{i}", "exited"));
        }
    }

    [Fact]
    public async Task A_line_longer_than_any_buffer_is_shown_in_pieces()
    {
        using var files = new Installation("""
            [service.long]
            type = "oneshot"
            command = ["%flood", "1", "60000"]
            """);
        var ended = await files.Run();
        Assert.Equal(60_000, ended.Stdout.Sum(line => line.Length - "mcp-init | ".Length));
        Assert.All(ended.Stdout.Skip(1), line => Assert.StartsWith("long     + ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stdout_without_a_reader_holds_nothing_up()
    {
        using var files = new Installation("""
            [service.flood]
            command = ["%flood"]
            log_rate_limit = "off"
            [service.orphans]
            type = "oneshot"
            command = ["/bin/sh", "-c", "%forkmany orphans 1000 >&2"]
            after = ["flood"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { StdoutUnread = true });
        await init.WaitFor("zombies 0", limit: Patience.Long);
        await init.WaitForLog("orphans", "exited");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_stderr_without_a_reader_holds_nothing_up()
    {
        using var files = new Installation("""
            [service.flood]
            command = ["/bin/sh", "-c", "exec %flood >&2"]
            log_rate_limit = "off"
            [service.orphans]
            type = "oneshot"
            command = ["%forkmany", "orphans", "1000"]
            after = ["flood"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { StderrUnread = true });
        await init.WaitFor("zombies 0", limit: Patience.Long);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Lines_dropped_for_want_of_a_reader_are_counted()
    {
        // The reader comes back: the first line that it reads then tells how many lines are missing.
        using var files = new Installation("""
            [service.flood]
            command = ["%flood", "100000"]
            log_rate_limit = "off"
            restart = "never"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { StdoutUnread = true });
        await init.WaitForLog("flood", "exited");
        init.ReadStdout();
        var count =
            await init.WaitFor(line => line.Source == Source.Stdout && DroppedBySink().IsMatch(line.Text), "a count of dropped lines");
        var dropped = long.Parse(DroppedBySink().Match(count.Text).Groups[1].Value, CultureInfo.InvariantCulture);
        // A line of the other service may be among them.
        Assert.Equal(
            100_001, dropped + init.Stdout.Count(
            line => line.StartsWith("flood    | flood ", StringComparison.Ordinal) || line == "other    | hanging"));
    }

    [Theory]
    [InlineData("utc", @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (mcp-init|talk    ) [|+] ")]
    [InlineData("elapsed", @"^ +\d\.\d{3} (mcp-init|talk    ) [|+] ")]
    [InlineData("none", "^(mcp-init|talk    ) [|+] ")]
    public async Task Each_line_of_text_has_the_time_that_is_asked_for(string time, string shown)
    {
        using var files = new Installation($"[init]\nlog_time = \"{time}\"\n[service.talk]\n{Talk}");
        var ended = await files.Run();
        Assert.Contains(ended.Stdout, line => line.EndsWith("| three", StringComparison.Ordinal));
        Assert.All(ended.Lines, line => Assert.Matches(shown, line.Text));
    }

    [Fact]
    public async Task Json_has_its_own_time_and_no_other()
    {
        using var files =
            new Installation($"[init]\nlog_time = \"elapsed\"\nlog_format = \"json\"\n[service.talk]\n{Talk}\nlog = \"json\"");
        var ended = await files.Run();
        Assert.All(ended.Lines, line => Assert.StartsWith("{\"time\":\"20", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_changes_the_time_of_what_runs()
    {
        const string Service = """
            [service.talk]
            command = ["/bin/sh", "-c", "echo before; until test -e %/go; do sleep 0.01; done; echo after; exec %hang"]
            """;
        using var files = new Installation($"[init]\nlog_time = \"none\"\n{Service}");
        await using var init = await files.Start();
        await init.WaitFor("talk     | before");
        files.Rewrite($"[init]\nlog_time = \"elapsed\"\n{Service}");
        init.Signal(1);
        var reloaded = await init.WaitFor("reloaded:");
        files.Open("go");
        var after = await init.WaitFor("talk     | after");
        Assert.Matches(@"^ +\d+\.\d{3} talk     \| after$", after.Text);
        Assert.Contains("1 unchanged", reloaded.Text, StringComparison.Ordinal);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Matches(@"^ +\d+\.\d{3} mcp-init \| info  down", init.Lines[^1].Text);
    }

    [GeneratedRegex(@"(\d+) lines of")]
    private static partial Regex Count();

    [GeneratedRegex(@"^mcp-init.*?(\d+) lines.*dropped|dropped.*?(\d+) lines")]
    private static partial Regex DroppedBySink();
}
