using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// Clients of the launch socket that keep to no rule (tests/programs/rawshim.c): each is refused or let go, and after each of them a
/// server is launched as before.
/// </summary>
public sealed class HostileClientTests(HostileContainer hostile) : IClassFixture<HostileContainer>
{
    private readonly LaunchContainer _container = hostile.Container;

    [Fact]
    public async Task Clients_that_are_gone_before_they_are_answered_take_no_place()
    {
        using var gateway = await _container.Gateway();
        var before = hostile.Descriptors();
        var client = await gateway.Spawn(_container.Raw("swarm=300"));
        Assert.Equal("swarmed", await client.Hear(Patience.Long));
        await hostile.Launches("swarm");
        await Patience.Until(() => hostile.Descriptors() <= before + 8, "the descriptors are back");
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_hold_no_one_up()
    {
        using var gateway = await _container.Gateway();
        var before = hostile.Descriptors();
        var member = await gateway.Spawn(_container.Raw("tag=thousand connect=1000 hang"));
        await hostile.Launches(limit: TimeSpan.FromSeconds(15));
        await member.Signal(9);
        await _container.Gone("tag=thousand");
        await Patience.Until(() => hostile.Descriptors() <= before + 8, "the descriptors are back");
    }

    [Fact]
    public async Task A_thousand_connections_of_a_stranger_hold_no_one_up()
    {
        var before = hostile.Descriptors();
        using var stranger = hostile.Visit("tag=strangers connect=1000 hang");
        await Patience.Until(() => _container.Of("tag=strangers").Count > 0, "it is there");
        for (var i = 0; i < 3; i++)
            await hostile.Launches(limit: TimeSpan.FromSeconds(10));
        await _container.Kill("tag=strangers");
        await stranger.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Patience.Until(() => hostile.Descriptors() <= before + 8, "the descriptors are back");
    }

    [Fact]
    public async Task A_stranger_may_not_launch_and_root_may()
    {
        var refused = await hostile.Visited("connect launch=single until=refused read=5000");
        Assert.Contains(refused, line => line.Contains("\"forbidden\"", StringComparison.Ordinal));
        // The connection of a refused one is over.
        Assert.Equal("end", refused[^1]);
        var granted = await hostile.Visited("connect launch=single until=granted", isRoot: true);
        Assert.Contains(granted, line => line.Contains("\"granted\"", StringComparison.Ordinal));
        await hostile.Launches();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_gateway_without_rights_may_launch_and_its_servers_have_its_rights_only(bool cgroup)
    {
        await using var container = await LaunchContainer.Start(LaunchContainer.NoLimits, cgroup, user: "nobody");
        using var gateway = await container.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("any", "nobodys"), "--own-session");
        var pid = await server.Answers();
        Assert.Equal(
            "65534\t65534\t65534\t65534", ProcessInfo.Status($"/proc/{container.Init.Inside(pid).Pid}/status")["Uid"]);
        if (cgroup)
            Assert.Single(container.Cgroups());
        _ = await server.Order("job fork");
        container.Signal(gateway.Pid, 9);
        await container.Gone("nobodys");
        await container.NoCgroups();
    }

    [Fact]
    public async Task A_service_notices_nothing_of_a_storm()
    {
        using var gateway = await _container.Gateway();
        var before = hostile.Ticks().Count;
        var member = await gateway.Spawn(_container.Raw("storm=5"));
        using var stranger = hostile.Visit("storm=5");
        var worst = TimeSpan.Zero;
        while (await member.Ending(TimeSpan.Zero) == "runs")
        {
            var start = Stopwatch.GetTimestamp();
            await hostile.Launches();
            if (Stopwatch.GetElapsedTime(start) is var took && took > worst)
                worst = took;
        }
        await stranger.WaitForExitAsync(TestContext.Current.CancellationToken);
        var ticks = hostile.Ticks().Skip(before).ToList();
        var gaps = ticks.Zip(ticks.Skip(1), (a, b) => b - a).Order().ToList();
        Assert.True(gaps.Count > 8, $"{gaps.Count} probes in 5 s");
        Assert.InRange(gaps[gaps.Count / 2], 0, 0.4);
        Assert.InRange(gaps[^1], 0, 2);
        Assert.InRange(worst, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(_container.Init.Lines, line => line.Text.Contains("unhealthy", StringComparison.Ordinal));
    }
}
