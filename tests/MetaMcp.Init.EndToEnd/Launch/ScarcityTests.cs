using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>More launches than PID 1 has descriptors for: each is a server or is refused in words, and none hangs.</summary>
public sealed class ScarcityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Out_of_descriptors_a_launch_is_refused_and_later_ones_are_not(bool cgroup)
    {
        await using var container = await LaunchContainer.Start(LaunchContainer.NoLimits, cgroup, limits: [("nofile", 64)]);
        var gateways = new List<Gateway>();
        try
        {
            var servers = new List<Server>();
            // A gateway has the same limit.
            for (var i = 0; i < 8; i++)
            {
                gateways.Add(await container.Gateway());
                for (var of = 0; of < 8; of++)
                    servers.Add(await gateways[i].Spawn(LaunchContainer.Launched("scarce", "scarce")));
            }
            var granted = 0;
            foreach (var server in servers)
                granted += await server.IsGranted(Patience.Usual) ? 1 : 0;
            Assert.InRange(granted, 4, servers.Count - 1);
        }
        finally
        {
            gateways.ForEach(gateway => gateway.Dispose());
        }
        await container.Gone("scarce");
        await container.NoCgroups();
        using var last = await container.Gateway();
        Assert.True(await (await last.Spawn(LaunchContainer.Launched("scarce", "later"))).IsGranted());
    }
}
