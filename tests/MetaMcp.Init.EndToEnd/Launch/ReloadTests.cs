
namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>Another file while servers run: they go on, and the next launches are by the new one.</summary>
public sealed class ReloadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_outlives_a_change_of_its_table_and_the_next_has_the_new_limits(bool cgroup)
    {
        await using var container = await LaunchContainer.Start("[server.kept]\nmax_instances = 1", cgroup);
        using var gateway = await container.Gateway();
        var first = await gateway.Spawn(LaunchContainer.Launched("kept", "reload1"));
        var pid = await first.Answers();
        Assert.False(await (await gateway.Spawn(LaunchContainer.Launched("kept", "refused1"))).IsGranted());
        await container.Reload("[server.kept]\nmax_instances = 2");
        Assert.True(await (await gateway.Spawn(LaunchContainer.Launched("kept", "reload2"))).IsGranted());
        Assert.False(await (await gateway.Spawn(LaunchContainer.Launched("kept", "refused2"))).IsGranted());
        Assert.Equal(pid, await first.Answers());
        container.Signal(gateway.Pid, 9);
        await container.Gone("reload1");
        await container.Gone("reload2");
        await container.NoCgroups();
    }

    [Fact]
    public async Task A_server_outlives_the_removal_of_its_table_and_the_next_is_refused()
    {
        await using var container = await LaunchContainer.Start("[server.removed]");
        using var gateway = await container.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("removed", "removed"));
        var pid = await server.Answers();
        await container.Reload("[launch]\nunknown = \"refuse\"");
        Assert.False(await (await gateway.Spawn(LaunchContainer.Launched("removed", "next"))).IsGranted());
        Assert.Equal(pid, await server.Answers());
        _ = await server.Order("job fork");
        container.Signal(gateway.Pid, 9);
        await container.Gone("removed");
    }
}
