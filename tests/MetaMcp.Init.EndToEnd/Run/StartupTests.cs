using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed class StartupTests
{
    [Fact]
    public async Task A_dependency_starts_first()
    {
        using var files = new Installation("""
            [service.third]
            command = ["%hang"]
            depends_on = ["second"]
            [service.second]
            command = ["%notify", "fd", "%/go"]
            ready = "notify-fd"
            depends_on = ["first"]
            [service.first]
            type = "oneshot"
            command = ["%exits", "0"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("second   | before ready");
        files.Open("go");
        await init.WaitForLog("", "up after");
        Assert.Equal(["first", "second", "third"], init.Lines.ServicesWith("started"));
        Assert.True(init.Lines.IndexOfLog("first", "completed") < init.Lines.IndexOfLog("second", "started"));
        Assert.True(init.Lines.IndexOfLog("second", "ready") < init.Lines.IndexOfLog("third", "started"));
    }

    [Fact]
    public async Task Independents_start_at_the_same_time()
    {
        // Each service waits for a file that the other makes: if they started one after the other, neither would end.
        using var files = new Installation("""
            [startup]
            timeout = "15s"
            [service.here]
            type = "oneshot"
            command = ["/bin/sh", "-c", "touch %/here; until test -e %/there; do sleep 0.01; done"]
            [service.there]
            type = "oneshot"
            command = ["/bin/sh", "-c", "touch %/there; until test -e %/here; do sleep 0.01; done"]
            """);
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        Assert.True(ended.Lines.HasLogged("here", "completed"));
        Assert.True(ended.Lines.HasLogged("there", "completed"));
    }

    [Theory]
    [InlineData("[\"%notify\", \"fd\", \"%/go\"]", "ready = \"notify-fd\"")]
    [InlineData("[\"%notify\", \"fd\", \"%/go\", \"7\"]", "ready = \"notify-fd\"\nnotify_fd = 7")]
    [InlineData("[\"%notify\", \"fd\", \"%/go\", \"9\"]", "ready = \"notify-fd\"\nnotify_fd = 9")]
    [InlineData("[\"%notify\", \"sd\", \"%/go\"]", "ready = \"sd-notify\"")]
    [InlineData("[\"%serve\", \"tcp\", \"9001\", \"--after\", \"%/go\"]", "probe = { tcp = \"127.0.0.1:9001\" }")]
    [InlineData("[\"%serve\", \"http\", \"9002\", \"204\", \"--after\", \"%/go\"]", "probe = { http = \"http://localhost:9002/health\" }")]
    [InlineData("[\"%serve\", \"unix\", \"%/socket\", \"--after\", \"%/go\"]", "probe = { unix = \"%/socket\" }")]
    [InlineData("[\"%hang\"]", "probe = { exec = [\"/usr/bin/test\", \"-e\", \"%/go\"] }")]
    public async Task A_dependent_waits_for_readiness(string command, string attributes)
    {
        // Another service of the same wave lets this one become ready, later; a service that starts too early finds no file.
        using var files = new Installation($"""
            [service.slow]
            command = {command}
            {attributes}
            [service.dependent]
            type = "oneshot"
            command = ["/usr/bin/test", "-e", "%/go"]
            depends_on = ["slow"]
            restart = "never"
            [service.opener]
            type = "oneshot"
            command = ["/bin/sh", "-c", "sleep 0.3; touch %/go"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        await init.WaitForLog("", " running, ");
        Assert.True(init.Lines.HasLogged("dependent", "completed"), string.Join('\n', init.Lines.Select(line => line.Text)));
        Assert.True(init.Lines.IndexOfLog("slow", "ready") < init.Lines.IndexOfLog("dependent", "started"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_probe_that_finds_an_error_does_not_make_ready()
    {
        using var files = new Installation("""
            [startup]
            timeout = "1s"
            [service.sick]
            command = ["%serve", "http", "9002", "503"]
            probe = { http = "http://127.0.0.1:9002/" }
            required = true
            """);
        var ended = await InitProcess.Run(files.Setup with { OwnNetwork = true });
        Assert.Equal(1, ended.Code);
        Assert.False(ended.Lines.HasLogged("sick", "ready after"));
        Assert.Contains(ended.Stdout, line => line.Contains("request GET / HTTP/1.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_required_service_that_fails_ends_startup_with_its_code()
    {
        using var files = new Installation("""
            [startup]
            retries = 2
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.base]
            command = ["%hang"]
            [service.broken]
            type = "oneshot"
            command = ["%exits", "9"]
            required = true
            depends_on = ["base"]
            [service.never]
            command = ["%hang"]
            depends_on = ["broken"]
            """);
        var ended = await files.Run();
        Assert.Equal(9, ended.Code);
        Assert.Equal(3, ended.Lines.Logged("broken", "started").Count);
        Assert.Single(ended.Lines.Logged("broken", "failed"));
        Assert.True(ended.Lines.HasLogged("base", "stopped"));
        Assert.False(ended.Lines.HasLogged("never", "started"));
    }

    [Fact]
    public async Task A_required_daemon_that_ends_well_before_it_is_ready_is_1()
    {
        using var files = new Installation("""
            [startup]
            retries = 0
            [service.gone]
            command = ["%exits", "0"]
            ready = "notify-fd"
            required = true
            """);
        Assert.Equal(1, (await files.Run()).Code);
    }

    [Theory]
    [InlineData("/nowhere/at/all", 127)]
    [InlineData("no-such-program-anywhere", 127)]
    [InlineData("%/mcp-init.toml", 126)]
    public async Task A_required_command_that_cannot_be_run_ends_startup(string command, int code)
    {
        using var files = new Installation($"""
            [startup]
            retries = 0
            [service.missing]
            command = ["{command}"]
            required = true
            """);
        var ended = await files.Run();
        Assert.Equal(code, ended.Code);
        Assert.True(ended.Lines.HasLogged("missing", "failed"));
    }

    [Fact]
    public async Task An_optional_failure_is_a_degraded_system_without_its_dependents()
    {
        using var files = new Installation("""
            [startup]
            retries = 0
            [service.broken]
            type = "oneshot"
            command = ["%exits", "3"]
            [service.dependent]
            command = ["%hang"]
            depends_on = ["broken"]
            [service.later]
            command = ["%hang"]
            after = ["broken"]
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        var degraded = await init.WaitForLog("", "degraded");
        Assert.Contains("broken", degraded.Text, StringComparison.Ordinal);
        Assert.Contains("dependent", degraded.Text, StringComparison.Ordinal);
        Assert.Contains("broken", init.Lines.Logged("dependent", "skipped")[0].Text, StringComparison.Ordinal);
        Assert.True(init.Lines.IndexOfLog("broken", "failed") < init.Lines.IndexOfLog("later", "started"));
        Assert.True(init.Lines.HasLogged("other", "ready"));
        Assert.False(init.Lines.HasLogged("dependent", "started"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task The_phase_has_a_deadline()
    {
        using var files = new Installation("""
            [startup]
            timeout = "300ms"
            [service.silent]
            command = ["%notify", "fd", "%/never"]
            ready = "notify-fd"
            required = true
            [service.waiting]
            command = ["%hang"]
            depends_on = ["silent"]
            """);
        var ended = await files.Run();
        Assert.Equal(1, ended.Code);
        Assert.False(ended.Lines.HasLogged("waiting", "started"));
    }

    [Fact]
    public async Task Each_attempt_has_a_deadline()
    {
        using var files = new Installation("""
            [startup]
            retries = 1
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.silent]
            command = ["%notify", "fd", "%/never"]
            ready = "notify-fd"
            start_timeout = "200ms"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("silent", "failed");
        Assert.Equal(2, init.Lines.Logged("silent", "started").Count);
        Assert.False(init.Lines.HasLogged("silent", "ready after"));
    }

    [Fact]
    public async Task When_all_oneshots_are_done_so_is_the_init()
    {
        using var files = new Installation("""
            [service.one]
            type = "oneshot"
            command = ["%exits", "0"]
            [service.two]
            type = "oneshot"
            command = ["%exits", "4"]
            success_exit_codes = [4]
            depends_on = ["one"]
            """);
        Assert.Equal(0, (await files.Run()).Code);
    }

    [Fact]
    public async Task Three_hundred_exit_codes_are_each_reported_once()
    {
        var services = Enumerable.Range(0, 300).Select(i => $"""
            [service.s{i}]
            type = "oneshot"
            command = ["%exits", "{1 + (i % 250)}"]
            restart = "never"
            """);
        using var files = new Installation(string.Join('\n', services));
        var ended = await files.Run(Patience.Long);
        for (var i = 0; i < 300; i++)
        {
            var exited = Assert.Single(ended.Lines.Logged($"s{i}", "exited"));
            Assert.Contains($"exit code {1 + (i % 250)} ", exited.Text, StringComparison.Ordinal);
        }
    }
}
