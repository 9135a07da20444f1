using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>Verbs that act, as real processes on real services.</summary>
public sealed class ActTests
{
    [Fact]
    public async Task A_service_that_was_stopped_stays_so_and_starts_again_when_it_is_started()
    {
        await using var container = await WindowContainer.Start("""
            [service.only]
            command = ["%hang"]
            required = true
            """);
        var said = await container.Ask("stop", "--wait", "only");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("only is being stopped", said.Output, StringComparison.Ordinal);
        Assert.Contains("only: stopped", said.Output, StringComparison.Ordinal);
        Assert.Equal("stopped", await container.State("only"));
        Assert.Contains("does not run", (await container.Ask("stop", "only")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await container.Ask("reload", "--wait")).Code);
        Assert.Equal("stopped", await container.State("only"));
        said = await container.Ask("start", "--wait", "only");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Equal("ready", await container.State("only"));
        Assert.Contains("runs already", (await container.Ask("start", "only")).Output, StringComparison.Ordinal);
        var before = (await container.Service("only")).GetProperty("pid").GetInt32();
        Assert.Equal(0, (await container.Ask("restart", "--wait", "only")).Code);
        Assert.NotEqual(before, (await container.Service("only")).GetProperty("pid").GetInt32());
        // The end of PID 1 ends every process of the namespace, the asker's too, by SIGTERM or SIGKILL, which may come before its exit.
        Assert.Contains((await container.Ask("shutdown", "--wait")).Code, (int[])[0, 137, 143]);
        Assert.Equal(0, await container.Init.WaitForExit());
    }

    [Fact]
    public async Task A_start_that_fails_is_told_and_a_wait_that_takes_too_long_too()
    {
        await using var container = await WindowContainer.Start("""
            [service.broken]
            command = ["/bin/sh", "-c", "test -e %/works && exec %hang; exit 7"]
            restart = "never"
            [service.slow]
            command = ["%notify", "fd", "%/never"]
            ready = "notify-fd"
            [service.kept]
            command = ["%hang"]
            [startup]
            timeout = "1s"
            """);
        var said = await container.Ask("start", "--wait", "broken");
        Assert.Equal(1, said.Code);
        Assert.Contains("exit code 7", said.Error, StringComparison.Ordinal);
        container.Open("works");
        Assert.Equal(0, (await container.Ask("start", "--wait", "broken")).Code);
        said = await container.Ask("restart", "--wait", "--timeout", "300ms", "slow");
        Assert.Equal(1, said.Code);
        Assert.Contains("not within 300ms", said.Error, StringComparison.Ordinal);
    }

    /// <summary>A start that cannot be is told at once, and not when the time is up.</summary>
    [Fact]
    public async Task A_start_of_a_service_that_is_skipped_again_does_not_wait_for_long()
    {
        await using var container = await WindowContainer.Start("""
            [service.broken]
            type = "oneshot"
            command = ["%exits", "3"]
            restart = "never"
            [service.needy]
            command = ["%hang"]
            depends_on = ["broken"]
            [service.kept]
            command = ["%hang"]
            """);
        Assert.Equal("skipped", await container.State("needy"));
        using var start = container.Begin(Operator.Root, Files.Binary, "start", "--wait", "needy");
        var said = await start.Said().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(1, said.Code);
        Assert.Contains("needy is skipped (needs broken)", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", "memory", "stopped")]
    [InlineData("stop", "stray", "stopped")]
    [InlineData("restart", "memory", "ended; its client starts another one when it needs one")]
    [InlineData("restart", "stray", "ended; its client starts another one when it needs one")]
    public async Task A_server_that_is_gone_has_stopped(string verb, string type, string end)
    {
        await using var container = await WindowContainer.Start("[server.memory]\ncommand = [\"%hang\"]");
        using var first = Launch(container, type);
        using var second = Launch(container, type);
        var names = await Instances(container, 2);
        Assert.Equal(1, (await container.Ask("wait", names[0])).Code);
        var said = await container.Ask(verb, "--wait", names[0]);
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains($"{names[0]}: {end}\n", said.Output, StringComparison.Ordinal);
        Assert.Equal([names[1]], await Instances(container, 1));
        using var waiting = container.Begin(Operator.Root, Files.Binary, "wait", "--stopped", names[1]);
        // It has asked what it waits for once it has both of its connections.
        await Patience.Until(
            () => container.Init.Processes().Any(process => IsWaitWithTwoSockets(process.Pid)), "the wait has begun");
        said = await container.Ask(verb, "--wait", type);
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains($"{names[1]}: {end}\n", said.Output, StringComparison.Ordinal);
        Assert.Empty(await Instances(container, 0));
        Assert.Equal(0, await waiting.Code());
        Assert.Equal(1, (await container.Ask("wait", "--stopped", "memory@99")).Code);
    }

    [Fact]
    public async Task A_restart_of_a_server_ends_though_its_client_starts_another_one_at_once()
    {
        await using var container = await WindowContainer.Start("[server.memory]\ncommand = [\"%hang\"]\nmax_instances = 1");
        using var client = container.Begin(
            Operator.Root, "/bin/sh", "-c", $"while :; do {Files.Binary} launch memory; done");
        var before = await Instances(container, 1);
        var said = await container.Ask("restart", "--wait", "--timeout", "20s", "memory");
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains($"{before[0]}: ended", said.Output, StringComparison.Ordinal);
        _ = await Instances(container, 1);
    }

    private static bool IsWaitWithTwoSockets(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains("\0wait\0", StringComparison.Ordinal) &&
                Directory.GetFiles($"/proc/{pid}/fd").Count(
                    file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true) == 2;
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    private static Visitor Launch(WindowContainer container, string type) =>
        container.Begin(Operator.Root, Files.Binary, "launch", type, "--", Files.Program("hang"));

    /// <summary>The names of the servers, once there are so many, and all of them run.</summary>
    private static async Task<IReadOnlyList<string>> Instances(WindowContainer container, int count)
    {
        List<string> names = [];
        await Patience.Until(
            () =>
            {
                var status = JsonDocument.Parse(container.Ask("status", "--json").GetAwaiter().GetResult().Output).RootElement;
                var rows = status.GetProperty("instances").EnumerateArray().ToList();
                names = [.. rows.Select(row => row.GetProperty("name").GetString()!)];
                return rows.Count == count && rows.TrueForAll(row => row.GetProperty("state").GetString() is "busy" or "idle");
            },
            $"{count} servers run");
        return names;
    }

    [Fact]
    public async Task A_wait_ends_when_it_is_so_and_not_before()
    {
        await using var container = await WindowContainer.Start("""
            [service.slow]
            command = ["%notify", "fd", "%/go"]
            ready = "notify-fd"
            [service.other]
            command = ["%hang"]
            """, isAwaited: false);
        await container.Init.WaitFor("before ready");
        using var all = container.Begin(Operator.Root, Files.Binary, "wait");
        using var named = container.Begin(Operator.Root, Files.Binary, "wait", "slow");
        Assert.Equal(0, (await container.Ask("wait", "other")).Code);
        Assert.Equal(1, (await container.Ask("is-ready")).Code);
        Assert.False(all.HasEnded || named.HasEnded);
        container.Open("go");
        Assert.Equal((0, 0), (await all.Code(), await named.Code()));
        Assert.Equal(0, (await container.Ask("is-ready")).Code);
        using var stopped = container.Begin(Operator.Root, Files.Binary, "wait", "--stopped", "slow");
        Assert.Equal(0, (await container.Ask("stop", "--wait", "slow")).Code);
        Assert.Equal(0, await stopped.Code());
    }

    [Fact]
    public async Task A_reload_with_a_file_that_is_wrong_is_refused_with_the_reason()
    {
        await using var container = await WindowContainer.Start("[service.a]\ncommand = [\"%hang\"]");
        container.Rewrite("[service.a]\ncommand = 5");
        var said = await container.Ask("reload", "--wait");
        Assert.Equal(1, said.Code);
        Assert.Contains("command", said.Error, StringComparison.Ordinal);
        container.Rewrite("[service.a]\ncommand = [\"%hang\"]\n[service.b]\ncommand = [\"%hang\"]");
        said = await container.Ask("reload", "--wait");
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("starting b", said.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await container.Ask("wait", "b")).Code);
    }

    [Fact]
    public async Task An_emergency_waits_for_nothing()
    {
        await using var container = await WindowContainer.Start("""
            [service.stubborn]
            command = ["%ignore-term"]
            stop_timeout = "60s"
            """);
        Assert.Contains((await container.Ask("shutdown", "--emergency", "--wait", "--timeout", "10s")).Code, (int[])[0, 137]);
        _ = await container.Init.WaitForExit(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_completion_of_bash_offers_the_services_of_the_running_init()
    {
        await using var container = await WindowContainer.Start("""
            [service.backend]
            command = ["%hang"]
            [service.beyond]
            command = ["%hang"]
            [server.memory]
            command = ["%hang"]
            """);
        using var bash = container.Begin(Operator.Root, "/bin/bash", "--norc", "-c",
            "source <(mcp-init completion bash); COMP_WORDS=(mcp-init stop \"$1\"); COMP_CWORD=2; _mcp_init; " +
            "printf '%s\\n' \"${COMPREPLY[@]}\"",
            "bash", "b");
        var output = await bash.Rest();
        Assert.Equal(["backend", "beyond"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }
}
