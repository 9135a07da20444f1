using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// The end of a server as its parent sees it: in place exactly as without us; behind a guard the same, but 0 where mcp-init
/// ended it, since gateways take another code for a crash of all instances.
/// </summary>
public sealed class ExitTests(BothContainers containers) : IClassFixture<BothContainers>
{
    /// <summary>An order to a server, and its end as its parent sees it.</summary>
    public static TheoryData<string, string> Endings => new()
    {
        { "exit 0", "exit 0" },
        { "exit 1", "exit 1" },
        { "exit 255", "exit 255" },
        { "raise 15", "signal 15" },
        { "raise 9", "signal 9" },
        { "raise 11", "signal 11" },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    [InlineData("raise 1", "signal 1")]
    public async Task In_place_it_is_as_without_launch(string order, string ending)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var plain = await gateway.Spawn(LaunchContainer.Plain("exits"));
            var launched = await gateway.Spawn(LaunchContainer.Launched("exec", "exits"));
            Assert.Equal(launched.Pid, await launched.Answers());
            await plain.Tell(order);
            await launched.Tell(order);
            Assert.Equal(ending, await plain.Ending());
            Assert.Equal(ending, await launched.Ending());
            Assert.Equal("", await launched.Complaints());
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(15)]
    public async Task In_place_a_signal_of_the_parent_meets_the_server_itself(int signal)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var launched = await gateway.Spawn(LaunchContainer.Launched("exec", "signalled"));
            _ = await launched.Answers();
            await launched.Signal(signal);
            Assert.Equal($"signal {signal}", await launched.Ending());
        });
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Behind_a_guard_it_is_the_servers_own(string order, string ending)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var launched = await gateway.Spawn(LaunchContainer.Launched("guard", "exits"));
            Assert.NotEqual(launched.Pid, await launched.Answers());
            await launched.Tell(order);
            Assert.Equal(ending, await launched.Ending());
            Assert.Equal("", await launched.Complaints());
        });
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("exec")]
    public async Task A_command_that_is_not_there_or_no_program_has_the_codes_of_a_shell(string type)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var missing = await gateway.Spawn($"{Files.Binary} launch {type} -- no-such-program-anywhere");
            Assert.Equal("exit 127", await missing.Ending());
            Assert.Contains("no-such-program-anywhere", await missing.Complaints(), StringComparison.Ordinal);
            var directory = await gateway.Spawn($"{Files.Binary} launch {type} -- /etc/passwd");
            Assert.Equal("exit 126", await directory.Ending());
            Assert.Contains("/etc/passwd", await directory.Complaints(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(15)]
    public async Task A_guard_passes_a_signal_on_and_ends_as_the_server_does(int signal)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var launched = await gateway.Spawn(LaunchContainer.Launched("guard", "signalled"), "--own-session");
            _ = await launched.Answers();
            await launched.Signal(signal);
            Assert.Equal($"signal {signal}", await launched.Ending());
        });
    }

    [Fact]
    public async Task A_guarded_server_has_its_own_group_and_session_and_its_clients_pipes_alone()
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Launched("guard", "group"));
            var pid = await server.Answers();
            Assert.Equal($"pid {pid} parent {server.Pid} group {pid} session {pid}", await server.Order("group"));
            Assert.Equal("fds 0 1 2", await server.Order("fds"));
            var inPlace = await gateway.Spawn(LaunchContainer.Launched("exec", "group"));
            Assert.Equal("fds 0 1 2", await inPlace.Order("fds"));
            Assert.StartsWith($"pid {inPlace.Pid} parent {gateway.Pid} ", await inPlace.Order("group"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_end_of_a_server_is_the_end_of_its_stdout_at_once_whatever_it_left()
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            // What the shell leaves behind holds the client's stdout.
            var script = $"{Files.Program("ignore-term")}&exec${{IFS}}{Files.Program("jobserver")}${{IFS}}holds";
            var server = await gateway.Spawn($"{Files.Binary} launch guard -- sh -c {script}");
            Assert.Equal("ignoring", await server.Hear());
            _ = await server.Answers();
            await server.Tell("exit 5");
            Assert.Null(await server.Hear(TimeSpan.FromSeconds(5)));
            Assert.Equal("exit 5", await server.Ending());
        });
    }

    [Fact]
    public async Task A_gateway_that_ends_all_after_a_crash_does_so_here_after_a_crash()
    {
        await using var strict = await StrictClient.Start("");
        var servers = await strict.Spawn("any", 3);
        await servers[0].Tell("exit 3");
        Assert.Equal("exit 3", await servers[0].Ending());
        Assert.Equal("signal 15", await servers[1].Ending());
        Assert.Equal("signal 15", await servers[2].Ending());
        Assert.Equal(2, await strict.Ended());
    }

    [Fact]
    public async Task An_idle_end_is_no_crash_to_it()
    {
        await using var strict = await StrictClient.Start("""
            [server.idle]
            idle_timeout = "1500ms"
            stop_timeout = "200ms"
            """);
        var servers = await strict.Spawn("idle", 3, "--ignore-term");
        // One is left alone, the others have traffic until it has ended.
        while (await servers[0].Ending(TimeSpan.FromMilliseconds(100)) == "runs")
            await StrictClient.Talk(servers.Skip(1));
        Assert.Equal("exit 0", await servers[0].Ending());
        Assert.Contains("no traffic", await servers[0].Complaints(), StringComparison.Ordinal);
        await StrictClient.Talk(servers.Skip(1));
        Assert.Equal(0, await strict.Ended());
    }

    [Fact]
    public async Task A_replacement_is_no_crash_to_it()
    {
        await using var strict = await StrictClient.Start("""
            [server.oldest]
            max_instances = 3
            on_limit = "replace-oldest"
            stop_timeout = "200ms"
            """);
        var servers = await strict.Spawn("oldest", 3, "--ignore-term");
        await Task.Delay(TimeSpan.FromSeconds(2.1), TestContext.Current.CancellationToken);
        _ = await strict.Spawn("oldest", 1);
        Assert.Equal("exit 0", await servers[0].Ending());
        await StrictClient.Talk(servers.Skip(1));
        Assert.Equal(0, await strict.Ended());
    }

    [Fact]
    public async Task A_close_that_was_ended_by_us_is_no_crash_to_it()
    {
        await using var strict = await StrictClient.Start("""
            [server.busy]
            close_grace = "200ms"
            stop_timeout = "200ms"
            """);
        var servers = await strict.Spawn("busy", 3, "--ignore-term --job running");
        await servers[0].Close();
        Assert.Equal("exit 0", await servers[0].Ending());
        Assert.Contains("close_grace", await servers[0].Complaints(), StringComparison.Ordinal);
        await StrictClient.Talk(servers.Skip(1));
        Assert.Equal(0, await strict.Ended());
    }
}
