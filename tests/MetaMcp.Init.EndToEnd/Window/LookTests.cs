using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>Services in several states, which verbs that look are asked about.</summary>
public sealed class LookContainer : IAsyncLifetime
{
    private WindowContainer? _container;

    internal WindowContainer Container => _container ?? throw new InvalidOperationException("it has not started");

    public async ValueTask InitializeAsync()
    {
        _container = await WindowContainer.Start("""
            [restart]
            breaker = { failures = 1, open_for = "10m" }
            [service.web]
            command = ["/bin/sh", "-c", "echo listening; echo oops >&2; exec %hang"]
            log = "prefix"
            [service.migrate]
            type = "oneshot"
            command = ["/bin/true"]
            [service.worker]
            command = ["%exits", "3"]
            [service.kept]
            command = ["%hang"]
            [server.memory]
            command = ["%hang"]
            """);
        await _container.Init.WaitForLog("worker", "circuit open");
        await _container.Init.WaitFor("oops");
        Assert.Equal(0, (await _container.Ask("stop", "--wait", "kept")).Code);
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}

/// <summary>Verbs that look, as real processes.</summary>
public sealed class LookTests(LookContainer look) : IClassFixture<LookContainer>
{
    private static int _screens;

    private readonly WindowContainer _container = look.Container;

    [Fact]
    public async Task Status_shows_each_service_with_its_state_and_those_that_need_a_person_first()
    {
        var said = await _container.Ask("status");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("without worker", said.Lines[0], StringComparison.Ordinal);
        var rows = said.Lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 2).ToList();
        (string, string)[] states = [("web", "ready"), ("migrate", "completed"), ("worker", "open"), ("kept", "stopped")];
        foreach (var (name, state) in states)
            Assert.Contains(rows, words => words.Contains(name) && words.Contains(state));
        Assert.True(rows.FindIndex(words => words.Contains("worker")) < rows.FindIndex(words => words.Contains("web")), said.Output);
        Assert.Contains("exit code 3", said.Output, StringComparison.Ordinal);
        Assert.Contains("by root", said.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("status web")]
    [InlineData("ps")]
    [InlineData("events")]
    [InlineData("health")]
    public async Task Without_a_terminal_there_is_no_colour_and_without_UTF_8_nothing_but_ASCII(string words)
    {
        foreach (var (language, isAscii) in ((string, bool)[])[("C.UTF-8", false), ("C", true), ("POSIX", true), ("de_DE.UTF-8", false)])
        {
            var said = await _container.Ask(
                Operator.Root with { Environment = new Dictionary<string, string> { ["LANG"] = language } }, words.Split(' '));
            Assert.DoesNotContain('\e', said.Output);
            if (isAscii)
                Assert.All(said.Output, c => Assert.True(c < 128, said.Output));
        }
        var ascii = await _container.Ask(
            Operator.Root with { Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8" } }, [.. words.Split(' '), "--ascii"]);
        Assert.All(ascii.Output, c => Assert.True(c < 128, ascii.Output));
    }

    [Theory]
    [InlineData("status", 0)]
    [InlineData("status web worker", 0)]
    [InlineData("status wbe", 1)]
    [InlineData("ps", 0)]
    [InlineData("ps nothing-like-it", 1)]
    [InlineData("events", 0)]
    [InlineData("events web", 0)]
    [InlineData("events --since 3", 0)]
    [InlineData("events --since x", 100)]
    [InlineData("events -n 2", 0)]
    [InlineData("logs", 0)]
    [InlineData("logs web -n 1", 0)]
    [InlineData("logs nothing-like-it", 1)]
    [InlineData("health web", 0)]
    [InlineData("health worker", 1)]
    [InlineData("health kept", 1)]
    [InlineData("health --level alive", 0)]
    [InlineData("health --level dead", 100)]
    [InlineData("health nothing-like-it", 1)]
    [InlineData("health memory", 1)]
    [InlineData("health web memory", 1)]
    [InlineData("health --level alive memory", 1)]
    [InlineData("is-ready memory", 1)]
    [InlineData("is-ready web", 0)]
    [InlineData("is-ready worker", 1)]
    [InlineData("wait web", 0)]
    [InlineData("wait web --timeout x", 100)]
    [InlineData("wait kept --stopped", 0)]
    [InlineData("wait kept --ready", 1)]
    [InlineData("wait worker --timeout 100ms", 1)]
    [InlineData("wait memory", 1)]
    [InlineData("wait web memory --timeout 10s", 1)]
    [InlineData("wait memory --stopped", 0)]
    [InlineData("start", 100)]
    [InlineData("stop", 100)]
    [InlineData("signal SIGFOO web", 100)]
    [InlineData("signal SIGCONT web", 0)]
    [InlineData("signal SIGCONT worker", 1)]
    [InlineData("stop nothing-like-it", 1)]
    [InlineData("status --nonsense", 100)]
    [InlineData("reload now", 100)]
    public async Task Each_exit_code_has_its_meaning(string words, int code)
    {
        var said = await _container.Ask(words.Split(' '));
        Assert.True(code == said.Code, $"{words}: {said.Code}\n{said.Output}{said.Error}");
        if (code is 100 || (code == 1 && words.Split(' ')[0] is not ("is-ready" or "health")))
            Assert.NotEqual("", said.Error);
    }

    [Theory]
    [InlineData("status", "--json")]
    [InlineData("status", "web", "--json")]
    [InlineData("ps", "--json")]
    [InlineData("health", "--json")]
    [InlineData("health", "worker", "--json")]
    public async Task A_document_has_the_number_of_its_schema(params string[] words)
    {
        var said = await _container.Ask(words);
        Assert.Equal(1, JsonDocument.Parse(said.Output).RootElement.GetProperty("schema").GetInt32());
    }

    [Theory]
    [InlineData("status --json")]
    [InlineData("ps")]
    [InlineData("events")]
    [InlineData("events --json -n 3")]
    [InlineData("logs --follow")]
    [InlineData("health")]
    [InlineData("metrics")]
    [InlineData("top")]
    [InlineData("signal SIGCONT web")]
    [InlineData("help")]
    public async Task Output_that_does_not_arrive_is_no_success(string words)
    {
        using var full = _container.Begin(Operator.Root, "/bin/sh", "-c", $"exec {Files.Binary} {words} > /dev/full");
        var said = await full.Said();
        Assert.Equal((111, "mcp-init: stdout: No space left on device (ENOSPC)\n"), (said.Code, said.Error));
        // The reader is gone before anything is written.
        using var unread = _container.Begin(Operator.Root, "/bin/sh", "-c",
            $"{{ trap '' PIPE; while echo 2>/dev/null; do :; done; {Files.Binary} {words}; echo $? >&2; }} | true");
        said = await unread.Said();
        Assert.Equal("141\n", said.Error);
    }

    [Fact]
    public async Task A_name_that_is_typed_wrong_gets_the_right_one()
    {
        foreach (var verb in (string[])["status", "ps", "events", "logs", "health", "wait", "start", "stop", "restart"])
        {
            var said = await _container.Ask(verb, "migrat");
            Assert.Equal(1, said.Code);
            Assert.Contains("did you mean \"migrate\"", said.Error, StringComparison.Ordinal);
        }
        Assert.Contains("did you mean", (await _container.Ask("statsu")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_has_no_health_of_its_own_and_gets_no_answer_about_others()
    {
        foreach (var words in (string[])["health memory", "health worker memory --json", "is-ready memory", "wait memory"])
        {
            var said = await _container.Ask(words.Split(' '));
            Assert.Equal((1, ""), (said.Code, said.Output));
            Assert.Contains("memory is a server, which has no health of its own", said.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Logs_tell_the_origins_apart()
    {
        var said = await _container.Ask("logs", "web");
        Assert.Contains(said.Lines, l => l.Contains("| listening", StringComparison.Ordinal));
        Assert.Contains(said.Lines, l => l.Contains("! oops", StringComparison.Ordinal));
        Assert.Contains(said.Lines, l => l.Contains("= started", StringComparison.Ordinal));
        var found = await _container.Ask("logs", "--grep", "oops");
        Assert.Contains("oops", Assert.Single(found.Lines), StringComparison.Ordinal);
        // Lines that do not contain it count for nothing.
        Assert.Single((await _container.Ask("logs", "--grep", "oops", "-n", "1")).Lines);
    }

    [Theory]
    [InlineData("events")]
    [InlineData("events web -n 2")]
    [InlineData("logs")]
    [InlineData("logs --grep oops")]
    public async Task The_last_line_of_a_list_of_documents_is_its_end_and_has_the_number_to_go_on_from(string words)
    {
        var all = await _container.Ask([.. words.Split(' '), "--json"]);
        Assert.Equal((0, ""), (all.Code, all.Error));
        Assert.True(all.Lines.Count > 1, all.Output);
        Assert.All(all.Lines.SkipLast(1), line => Assert.NotEqual("end", Member(line, "row")));
        Assert.Equal(("end", "1", null), (Member(all.Lines[^1], "row"), Member(all.Lines[^1], "schema"), Member(all.Lines[^1], "error")));
        var rest = await _container.Ask([.. words.Split(' '), "--json", "--since", $"{Number(all.Lines[^1])}"]);
        Assert.All(rest.Lines.SkipLast(1), line => Assert.True(Number(line) > Number(all.Lines[^1]), rest.Output));
        Assert.True(Number(rest.Lines[^1]) >= Number(all.Lines[^1]), rest.Output);
    }

    [Fact]
    public async Task A_list_of_documents_that_is_refused_has_the_reason_as_its_end()
    {
        foreach (var verb in (string[])["events", "logs", "events --follow"])
        {
            var said = await _container.Ask([.. verb.Split(' '), "migrat", "--json"]);
            Assert.Equal(1, said.Code);
            Assert.Equal(("end", "unknown_name"), (Member(said.Output, "row"), Member(said.Output, "error")));
            Assert.Contains($"{Member(said.Output, "text")}", said.Error, StringComparison.Ordinal);
        }
    }

    private static long Number(string line) => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt64();

    private static string? Member(string line, string name) =>
        JsonDocument.Parse(line).RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;

    [Fact]
    public async Task No_init_to_ask_gives_2_and_says_what_to_do()
    {
        var nowhere = Operator.Root with
        {
            Environment = new Dictionary<string, string> { ["MCP_INIT_RUNTIME_DIR"] = "/nonexistent" },
        };
        foreach (var words in (string[])["status", "ps", "events", "logs", "health", "is-ready", "wait", "stop web", "reload", "shutdown"])
        {
            var said = await _container.Ask(nowhere, words.Split(' '));
            Assert.Equal(2, said.Code);
            Assert.Contains("docker exec", said.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_operator_without_a_pid_in_the_container_is_none()
    {
        var said = await _container.Ask(Operator.Root with { IsOutside = true }, "status");
        Assert.Equal(1, said.Code);
        Assert.Contains("Only a process in the PID namespace", said.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _container.Ask("status")).Code);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task In_a_terminal_of_any_width_no_line_is_wrapped_and_colours_are_used_unless_they_are_not_wanted(int width)
    {
        foreach (var verb in (string[])["status", "ps", "events -n 20", "status web", "logs web"])
        {
            foreach (var variable in (string[])["NOTHING=1", "NO_COLOR=1", "LC_ALL=C"])
            {
                var name = $"mcp-init-test-{Environment.ProcessId}-{Interlocked.Increment(ref _screens)}";
                var (plain, coloured) = await Screen(name, width, variable, verb);
                Assert.All(plain.Split('\n'), line => Assert.True(Columns(line) <= width, line));
                // The screen is as wide as the terminal, and what would be wrapped would begin a line by itself.
                Assert.DoesNotContain("\nmcp-init:", plain, StringComparison.Ordinal);
                if (variable == "NO_COLOR=1")
                    Assert.DoesNotContain("\e[3", coloured, StringComparison.Ordinal);
                if (variable == "NOTHING=1" && verb == "status")
                    Assert.Contains("\e[3", coloured, StringComparison.Ordinal);
                if (variable == "LC_ALL=C")
                    Assert.All(plain, c => Assert.True(c < 128, plain));
                Assert.Contains("web", plain, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The screen of a real terminal after a verb, without and with its colours.</summary>
    private async Task<(string Plain, string Coloured)> Screen(string name, int width, string variable, string verb)
    {
        var done = _container["done"];
        File.Delete(done);
        var command = $"env LANG=C.UTF-8 {variable} MCP_INIT_RUNTIME_DIR={_container.Directory} TERM=xterm-256color " +
            $"nsenter -t {_container.Init.Pid} -p -m {Files.Binary} {verb}; echo > {done}; exec sleep 60";
        await Tmux("-L", name, "-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", "60", "sh", "-c", command);
        try
        {
            await Patience.Until(() => File.Exists(done), $"{verb} has ended");
            var plain = await Tmux("-L", name, "capture-pane", "-p");
            return (plain, await Tmux("-L", name, "capture-pane", "-p", "-e"));
        }
        finally
        {
            _ = await Tmux("-L", name, "kill-server");
        }
    }

    private static async Task<string> Tmux(params string[] words)
    {
        var (exit, output, error) = await InitProcess.Program("/usr/bin/env", ["LANG=C.UTF-8", "LC_ALL=C.UTF-8", "tmux", "-u", .. words]);
        Assert.True(exit == 0, error);
        return output;
    }

    private static int Columns(string line) => line.EnumerateRunes().Count();
}
