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
        // The last step of the shutdown ends every process of the namespace, the asker's too.
        Assert.Contains((await container.Ask("shutdown", "--wait")).Code, (int[])[0, 143]);
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
