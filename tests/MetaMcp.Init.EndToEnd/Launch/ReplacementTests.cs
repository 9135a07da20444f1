using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A launch over the limit for which another instance is ended.</summary>
public sealed class ReplacementTests(PoolContainer pool) : IClassFixture<PoolContainer>
{
    private readonly LaunchContainer _container = pool.Container;

    [Fact]
    public async Task The_oldest_gives_its_place_to_a_new_one_and_says_why()
    {
        using var gateway = await _container.Gateway();
        var first = await gateway.Spawn(LaunchContainer.Launched("oldest", "oldest1"));
        _ = await first.Answers();
        var second = await gateway.Spawn(LaunchContainer.Launched("oldest", "oldest2"));
        var other = await second.Answers();
        // Its age is the subject.
        await Task.Delay(TimeSpan.FromSeconds(2.1), TestContext.Current.CancellationToken);
        var third = await gateway.Spawn(LaunchContainer.Launched("oldest", "oldest3"));
        _ = await third.Answers();
        Assert.Equal("exit 0", await first.Ending());
        Assert.Contains("oldest", await first.Complaints(), StringComparison.Ordinal);
        Assert.Equal(other, await second.Answers());
    }

    [Fact]
    public async Task One_younger_than_two_seconds_is_never_replaced()
    {
        using var gateway = await _container.Gateway();
        var start = Stopwatch.GetTimestamp();
        var first = await gateway.Spawn(LaunchContainer.Launched("young", "young"));
        var pid = await first.Answers();
        var second = await gateway.Spawn(LaunchContainer.Launched("young", "young"));
        var granted = await second.IsGranted();
        // On a machine that was held up for so long, the first is not young any more.
        if (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2))
        {
            Assert.False(granted);
            Assert.Equal(pid, await first.Answers());
        }
    }

    [Fact]
    public async Task The_one_that_is_idle_gives_its_place_and_a_busy_one_does_not()
    {
        using var gateway = await _container.Gateway();
        var idle = await gateway.Spawn(LaunchContainer.Launched("idles", "idle1"));
        _ = await idle.Answers();
        var busy = await gateway.Spawn(LaunchContainer.Launched("idles", "idle2"));
        var pid = await busy.Answers();
        // A server counts as idle after 10 s; the busy one is kept busy meanwhile.
        var until = DateTime.UtcNow + Patience.Long;
        while (true)
        {
            Assert.Equal(pid, await busy.Answers());
            var tried = await gateway.Spawn(LaunchContainer.Launched("idles", "idle3"));
            if (await tried.IsGranted())
                break;
            await tried.Close();
            Assert.True(DateTime.UtcNow < until, "no place was given");
            Assert.True(await busy.IsSilent(TimeSpan.FromMilliseconds(300)));
        }
        Assert.Equal("exit 0", await idle.Ending());
        Assert.Contains("no traffic", await idle.Complaints(), StringComparison.Ordinal);
        Assert.Equal(pid, await busy.Answers());
    }

    [Fact]
    public async Task An_instance_of_another_services_client_is_never_replaced()
    {
        await using var container = await LaunchContainer.Start("""
            [service.stranger]
            command = ["%gateway", "%/stranger.sock"]
            environment = { MCP_INIT_RUNTIME_DIR = "%/run" }
            [server.oldest]
            max_instances = 1
            on_limit = "replace-oldest"
            """);
        using var owner = await container.Gateway();
        await container.Init.WaitForAll("stranger", "listening");
        using var stranger = await container.Gateway("stranger.sock");
        var server = await owner.Spawn(LaunchContainer.Launched("oldest", "owned"));
        var pid = await server.Answers();
        await Task.Delay(TimeSpan.FromSeconds(2.1), TestContext.Current.CancellationToken);
        var taking = await stranger.Spawn(LaunchContainer.Launched("oldest", "taking"));
        var answer = await taking.Request("""{"jsonrpc":"2.0","id":5,"method":"tools/list"}""");
        Assert.True(answer.TryGetProperty("error", out var error));
        // Nor is it told of it.
        Assert.DoesNotContain($"pid {pid}", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(pid, await server.Answers());
        Assert.True(await (await owner.Spawn(LaunchContainer.Launched("oldest", "next"))).IsGranted());
        Assert.Equal("exit 0", await server.Ending());
    }
}
