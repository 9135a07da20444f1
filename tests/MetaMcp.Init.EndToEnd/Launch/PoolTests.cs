using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>How many servers may run at once, and what one more is told.</summary>
public sealed class PoolTests(PoolContainer pool) : IClassFixture<PoolContainer>
{
    private readonly LaunchContainer _container = pool.Container;

    [Theory]
    // A limit of the type, and the one for all types without their own.
    [InlineData("three", 3)]
    [InlineData("no-table", 5)]
    public async Task Of_a_hundred_at_once_exactly_so_many_have_a_place(string type, int most)
    {
        var tag = $"hundred-{type}";
        using var gateway = await _container.Gateway();
        var granted = await Granted(await SpawnMany(gateway, type, tag, 100));
        Assert.Equal(most, granted.Count);
        // A refused one has no server, so there are no others.
        Assert.Equal(most, Servers(tag).Count);
        // A place that becomes free can be had again, and no more than that.
        await granted[0].Close();
        Assert.Equal("exit 0", await granted[0].Ending());
        await Patience.Until(() => Servers(tag).Count == most - 1, "the server is gone");
        Assert.Single(await Granted(await SpawnMany(gateway, type, tag, 20)));
        Assert.Equal(most, Servers(tag).Count);
    }

    [Fact]
    public async Task Services_and_servers_of_all_types_count_together_to_the_most_of_all()
    {
        await using var container = await LaunchContainer.Start("""
            [limits]
            max_instances = 8
            max_per_type = 100
            [launch]
            max_starting = 100
            [service.other]
            command = ["%hang"]
            """);
        await container.Init.WaitForLog("other", "ready");
        using var first = await container.Gateway();
        using var second = await container.Gateway();
        var all = new List<Server>();
        for (var i = 0; i < 50; i++)
        {
            all.Add(await first.Spawn(LaunchContainer.Launched($"type{i % 7}", "of-all")));
            all.Add(await second.Spawn(LaunchContainer.Launched($"type{i % 5}", "of-all")));
        }
        Assert.Equal(6, (await Granted(all)).Count);
        Assert.Equal(6, container.Of("of-all").Count(process => process.Name == "jobserver"));
    }

    [Fact]
    public async Task A_server_counts_until_nothing_of_it_is_left()
    {
        using var gateway = await _container.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("stubborn", "stays --ignore-term"));
        var pid = await server.Answers();
        await server.Signal(9);
        await Patience.Until(() => !_container.Of("stays").Any(process => process.Pid == server.Pid), "the shim is gone");
        if (_container.Init.IsAlive(pid))
        {
            var early = await gateway.Spawn(LaunchContainer.Launched("stubborn", "early"));
            var granted = await early.IsGranted();
            Assert.False(granted && _container.Init.IsAlive(pid), "two of one place run at once");
            await early.Close();
            _ = await early.Ending();
        }
        await _container.Gone("stays");
        await Patience.Until(() => _container.Of("early").Count == 0, "the early one has left");
        Assert.True(await (await gateway.Spawn(LaunchContainer.Launched("stubborn", "late"))).IsGranted());
    }

    [Fact]
    public async Task A_refusal_that_nothing_answers_to_ends_with_its_client()
    {
        using var gateway = await _container.Gateway();
        using var other = await _container.Gateway();
        var holder = await gateway.Spawn(LaunchContainer.Launched("full", "full-holds"));
        _ = await holder.Answers();
        var refused = await other.Spawn(LaunchContainer.Launched("full", "full-refused"), "--own-session");
        Assert.False(await refused.IsGranted());
        _container.Signal(other.Pid, 9);
        await _container.Gone("full-refused");
        Assert.True(await holder.IsGranted());
    }

    private static bool IsServer(Member process) => process.Name == "jobserver";

    private IReadOnlyList<Member> Servers(string tag) => [.. _container.Of(tag).Where(IsServer)];

    private static async Task<IReadOnlyList<Server>> SpawnMany(Gateway gateway, string type, string tag, int count)
    {
        var all = new List<Server>();
        for (var i = 0; i < count; i++)
            all.Add(await gateway.Spawn(LaunchContainer.Launched(type, tag)));
        return all;
    }

    /// <summary>Those that have become servers; the others have all been refused, and have left.</summary>
    private static async Task<IReadOnlyList<Server>> Granted(IReadOnlyList<Server> servers)
    {
        var granted = new List<Server>();
        foreach (var server in servers)
        {
            if (await server.IsGranted())
            {
                granted.Add(server);
                continue;
            }
            await server.Close();
            Assert.Equal("exit 0", await server.Ending());
        }
        return granted;
    }
}
