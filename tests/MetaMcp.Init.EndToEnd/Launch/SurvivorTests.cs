using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>The ways in which a client comes to its end, or leaves its server.</summary>
public enum Departure
{
    GatewayKilled,
    GatewayAsked,
    GatewayStoppedThenKilled,
    ShimKilled,
    ShimAsked,
    GroupAsked,
    StdinClosed,
}

/// <summary>
/// Whatever becomes of the client, nothing of its server is left: neither idle, nor with a job, nor with a job in a session of its own, nor
/// with a daemon that ignores SIGTERM; by cgroup and by looking; with a guard and in place. Each test does all of these at once.
/// </summary>
public sealed class SurvivorTests(BothContainers containers) : IClassFixture<BothContainers>
{
    private static readonly string?[] Jobs = [null, "running", "setsid", "fork"];
    private static readonly string[] Types = ["guard", "exec"];
    private static int _cells;

    [Theory]
    [InlineData(Departure.GatewayKilled)]
    [InlineData(Departure.GatewayAsked)]
    [InlineData(Departure.GatewayStoppedThenKilled)]
    [InlineData(Departure.ShimKilled)]
    [InlineData(Departure.ShimAsked)]
    [InlineData(Departure.GroupAsked)]
    [InlineData(Departure.StdinClosed)]
    public async Task Nothing_outlives_a_client_that_leaves(Departure departure)
    {
        var cells =
            from container in containers.All
            from type in Types
            from job in Jobs
            // In place there is no process beside the server that could see its stdin.
            where type == "guard" || departure != Departure.StdinClosed || job is null
            select Leave(container, type, job, departure);
        var problems = (await Task.WhenAll(cells)).OfType<string>().ToList();
        Assert.Empty(problems);
        await containers.WithCgroup.NoCgroups();
    }

    [Theory]
    [InlineData("running")]
    [InlineData("setsid")]
    [InlineData("fork")]
    public async Task The_same_client_without_launch_leaves_its_job(string job)
    {
        await containers.Each(async container =>
        {
            var tag = Tag($"plain-{job}");
            using var gateway = await container.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Plain(tag), "--own-session");
            _ = await server.Order($"job {job}");
            // Beside it, one that is launched tells when the time of a survivor has come.
            Assert.Null(await Leave(container, "guard", job, Departure.GatewayKilled));
            container.Signal(gateway.Pid, 9);
            Assert.Null(await Leave(container, "guard", job, Departure.GatewayKilled));
            Assert.NotEmpty(container.Of(tag));
            await container.Kill(tag);
        });
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("exec")]
    public async Task Nothing_outlives_a_client_that_goes_in_the_middle_of_a_start(string type)
    {
        var cells = new List<Task>();
        foreach (var container in containers.All)
            for (var delay = 0; delay < 24; delay++)
                cells.Add(GoAfter(container, type, TimeSpan.FromMilliseconds(delay * 2), gateway: true));
        await Task.WhenAll(cells);
        await containers.WithCgroup.NoCgroups();
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("exec")]
    public async Task Nothing_outlives_a_shim_that_is_killed_in_the_middle_of_a_start(string type)
    {
        var cells = new List<Task>();
        foreach (var container in containers.All)
            for (var delay = 0; delay < 24; delay++)
                cells.Add(GoAfter(container, type, TimeSpan.FromMilliseconds(delay * 2), gateway: false));
        await Task.WhenAll(cells);
        await containers.WithCgroup.NoCgroups();
    }

    [Fact]
    public async Task A_start_that_never_comes_to_its_end_goes_with_its_client()
    {
        await containers.Each(async container =>
        {
            var tag = Tag("mute");
            using var gateway = await container.Gateway();
            _ = await gateway.Spawn(LaunchContainer.Launched("guard", $"{tag} --mute --ignore-term --job fork"), "--own-session");
            await Patience.Until(() => container.Of(tag).Count == 3, "the shim, the server and its job run");
            container.Signal(gateway.Pid, 9);
            await container.Gone(tag);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_outlives_a_service_that_is_itself_the_gateway(bool cgroup)
    {
        await using var container = await LaunchContainer.Start($$"""
            {{LaunchContainer.NoLimits}}
            [service.direct]
            command = ["sh", "-c", "{ echo job setsid; exec %hang; } | {{LaunchContainer.Launched("any", "direct")}}"]
            environment = { MCP_INIT_RUNTIME_DIR = "%/run" }
            restart = { policy = "always", backoff = { initial = "1h", max = "1h", jitter = 0.0 } }
            """, cgroup);
        await container.Init.WaitFor("job ");
        await Patience.Until(() => container.Of("direct").Count >= 3, "the shim, the server and its job run");
        Native.Signal(container.Init.Inside(Log.PidIn(container.Init.Lines.Logged("direct", "started (pid")[0])).Pid, 9);
        await container.Init.WaitForLog("direct", "exited after");
        await Patience.Until(() => container.Of("direct").Count == 0, "nothing of the server is left");
    }

    [Fact]
    public async Task A_server_that_takes_its_time_after_its_stdin_was_closed_is_given_its_grace()
    {
        await using var container = await LaunchContainer.Start($"""
            {LaunchContainer.NoLimits}
            [server.slow]
            close_grace = "10s"
            """);
        using var gateway = await container.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("slow", "late --leave-late 700"));
        _ = await server.Answers();
        await server.Close();
        Assert.Equal("exit 0", await server.Ending());
        Assert.Equal("", await server.Complaints());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_that_is_launched_ends_when_the_container_is_asked_to_stop(bool cgroup)
    {
        await using var container = await LaunchContainer.Start(LaunchContainer.NoLimits, cgroup);
        using var gateway = await container.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("any", "stopping"), "--own-session");
        _ = await server.Answers();
        _ = await server.Order("job setsid");
        container.Init.Signal(15);
        Assert.Equal(0, await container.Init.WaitForExit());
        Assert.False(container.Init.HasCgroup && Directory.Exists(Path.Combine(container.Init.Cgroup, "workload")));
    }

    /// <summary>Null if nothing was left; otherwise the processes that were.</summary>
    private static async Task<string?> Leave(LaunchContainer container, string type, string? job, Departure departure)
    {
        var tag = Tag($"{departure}-{type}-{job ?? "idle"}-{(container.Init.HasCgroup ? "cgroup" : "looking")}");
        using var gateway = await container.Gateway();
        // Node gives its children sockets, Python pipes.
        var options = container.Init.HasCgroup ? "--own-session --sockets" : "--own-session";
        var server = await gateway.Spawn(LaunchContainer.Launched(type, tag), options);
        _ = await server.Answers();
        if (job is not null)
            _ = await server.Order($"job {job}");
        Assert.True(container.Of(tag).Count >= (job is null ? 1 : 2));
        var outer = container.Init.Inside(gateway.Pid).Pid;
        switch (departure)
        {
            case Departure.GatewayKilled:
                Native.Signal(outer, 9);
                break;
            case Departure.GatewayAsked:
                Native.Signal(outer, 15);
                break;
            case Departure.GatewayStoppedThenKilled:
                Native.Signal(outer, 19);
                await Patience.Until(() => ProcessInfo.Read(outer)?.State == 'T', "it is stopped");
                Native.Signal(outer, 9);
                break;
            case Departure.ShimKilled:
                await server.Signal(9);
                break;
            case Departure.ShimAsked:
                await server.Signal(15);
                break;
            case Departure.GroupAsked:
                // As MetaMCP does.
                await server.Signal(15);
                await server.SignalGroup(15);
                break;
            case Departure.StdinClosed:
                await server.Close();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(departure));
        }
        try
        {
            await container.Gone(tag);
            return null;
        }
        catch (TimeoutException left)
        {
            return left.Message;
        }
    }

    /// <summary>Starts a server with a job and kills the gateway, or the shim alone, so long after the fork.</summary>
    private static async Task GoAfter(LaunchContainer container, string type, TimeSpan delay, bool gateway)
    {
        var tag = Tag($"start-{type}-{delay.TotalMilliseconds}");
        using var client = await container.Gateway();
        var outer = container.Init.Inside(client.Pid).Pid;
        var server = await client.Spawn(LaunchContainer.Launched(type, $"{tag} --mute --job setsid"), "--own-session");
        // The moment is the subject: no event of the start may be waited for.
        await Task.Delay(delay, TestContext.Current.CancellationToken);
        if (gateway)
            Native.Signal(outer, 9);
        else
            await server.Signal(9);
        await container.Gone(tag);
    }

    private static string Tag(string name) => $"{name}-{Interlocked.Increment(ref _cells)}";
}
