using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>Launches that wait for a place or for their turn to start.</summary>
public sealed class WaitingTests(PoolContainer pool) : IClassFixture<PoolContainer>
{
    /// <summary>Clients give up after 10 s or more.</summary>
    private static readonly TimeSpan ClientsPatience = TimeSpan.FromSeconds(10);

    private readonly LaunchContainer _container = pool.Container;

    [Fact]
    public async Task Those_that_wait_get_their_places_in_the_order_in_which_they_came()
    {
        using var gateway = await _container.Gateway();
        var servers = new List<Server>();
        for (var i = 0; i < 4; i++)
        {
            // A waiting launch has been told so on its stderr or is silent; what is certain is its place in the log of arrivals.
            servers.Add(await gateway.Spawn(LaunchContainer.Launched("waits", $"waiting{i} --hello")));
            if (i == 0)
                Assert.NotNull(await servers[0].Hear());
            else
                Assert.True(await servers[i].IsSilent(TimeSpan.FromMilliseconds(200)));
        }
        for (var i = 0; i < 4; i++)
        {
            if (i > 0)
                Assert.Contains("hello", await servers[i].Hear(), StringComparison.Ordinal);
            for (var later = i + 1; later < 4; later++)
                Assert.Empty(Servers($"waiting{later}"));
            await servers[i].Close();
            Assert.Equal("exit 0", await servers[i].Ending());
        }
    }

    [Fact]
    public async Task One_that_waited_for_eight_seconds_is_refused_before_its_client_gives_up()
    {
        using var gateway = await _container.Gateway();
        var holder = await gateway.Spawn(LaunchContainer.Launched("gives-up", "holds"));
        _ = await holder.Answers();
        var start = Stopwatch.GetTimestamp();
        var waiting = await gateway.Spawn(LaunchContainer.Launched("gives-up", "waits"));
        Assert.False(await waiting.IsGranted(ClientsPatience));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(7), ClientsPatience);
        await waiting.Close();
        Assert.Equal("exit 0", await waiting.Ending());
        Assert.True(await holder.IsGranted());
    }

    [Fact]
    public async Task One_that_leaves_while_it_waits_does_not_hold_up_the_next()
    {
        using var gateway = await _container.Gateway();
        using var leaver = await _container.Gateway();
        var holder = await gateway.Spawn(LaunchContainer.Launched("leaves", "leaves-holds"));
        _ = await holder.Answers();
        _ = await leaver.Spawn(LaunchContainer.Launched("leaves", "leaves-first"));
        var killed = await gateway.Spawn(LaunchContainer.Launched("leaves", "leaves-second"));
        var patient = await gateway.Spawn(LaunchContainer.Launched("leaves", "leaves-third --hello"));
        Assert.True(await patient.IsSilent(TimeSpan.FromMilliseconds(200)));
        _container.Signal(leaver.Pid, 9);
        await killed.Signal(9);
        await _container.Gone("leaves-first");
        await _container.Gone("leaves-second");
        await holder.Close();
        Assert.Contains("hello", await patient.Hear(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_start_at_once_and_the_next_when_one_of_them_runs()
    {
        await using var container = await LaunchContainer.Start("""
            [limits]
            max_instances = 100
            max_per_type = 100
            [launch]
            max_starting = 2
            [server.cold]
            unwrap = false
            """);
        // An npx that installs until a file tells it not to, and then starts the server as a child.
        var runner = container["npx"];
        await File.WriteAllTextAsync(
            runner,
            $"#!/bin/sh\nuntil [ -e {container["go"]}-$1 ]; do sleep 0.02 </dev/null; done\n{Files.Program("jobserver")} $1\n",
            TestContext.Current.CancellationToken);
        File.SetUnixFileMode(runner, (UnixFileMode)0x1ED);
        using var gateway = await container.Gateway();
        var waiting = new Dictionary<string, Server>();
        for (var i = 0; i < 6; i++)
            waiting[$"start{i}"] = await gateway.Spawn($"{Files.Binary} launch cold -- {runner} start{i}");
        for (var started = 2; started <= 6; started++)
        {
            await Patience.Until(() => Runners() == 2, "two are starting");
            Assert.True(await waiting.Values.Last().IsSilent(TimeSpan.FromMilliseconds(100)));
            Assert.Equal(2, Runners());
            var next = waiting.Keys.First(tag => container.Of(tag).Any(IsRunner));
            await File.WriteAllTextAsync($"{container["go"]}-{next}", "", TestContext.Current.CancellationToken);
            _ = await waiting[next].Answers();
            waiting.Remove(next);
        }

        int Runners() => waiting.Keys.Count(tag => container.Of(tag).Any(IsRunner));

        static bool IsRunner(Member process) => process.Name == "npx";
    }

    [Fact]
    public async Task A_start_that_its_client_gives_up_lets_the_next_one_start()
    {
        await using var container = await LaunchContainer.Start("""
            [limits]
            max_per_type = 100
            [launch]
            max_starting = 1
            [server.cold]
            unwrap = false
            """);
        var runner = container["npx"];
        await File.WriteAllTextAsync(runner, "#!/bin/sh\nexec sleep 90 </dev/null\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(runner, (UnixFileMode)0x1ED);
        using var gateway = await container.Gateway();
        using var hasty = await container.Gateway();
        _ = await hasty.Spawn($"{Files.Binary} launch cold -- {runner} hasty");
        await Patience.Until(() => container.Of("90").Count > 0, "it starts");
        var next = await gateway.Spawn(LaunchContainer.Launched("other", "patient --hello"));
        Assert.True(await next.IsSilent(TimeSpan.FromMilliseconds(200)));
        container.Signal(hasty.Pid, 9);
        Assert.Contains("hello", await next.Hear(), StringComparison.Ordinal);
    }

    private IReadOnlyList<Member> Servers(string tag) => [.. _container.Of(tag).Where(process => process.Name == "jobserver")];
}
