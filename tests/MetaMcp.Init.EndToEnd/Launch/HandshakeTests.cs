using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// A shim that dies at each point of the handshake; tests/programs/rawshim.c is the shim. The type has one place only, so that a place
/// that was lost would be missed.
/// </summary>
public sealed class HandshakeTests(BothContainers containers) : IClassFixture<BothContainers>
{
    [Theory]
    [InlineData("connect die")]
    [InlineData("connect launch=single die")]
    [InlineData("connect launch=single until=granted die")]
    [InlineData("connect launch=single until=granted child die")]
    [InlineData("connect launch=single until=granted child place die")]
    [InlineData("connect launch=single until=granted child place until=\"go\" die")]
    [InlineData("connect launch=single until=granted child place until=\"go\" open die")]
    [InlineData("connect launch=single until=granted ignoring child place until=\"go\" open die")]
    [InlineData("connect launch=single until=granted place=self die")]
    [InlineData("connect launch=single until=granted place=self until=\"go\" die")]
    public async Task A_shim_that_dies_leaves_no_process_and_no_place_taken(string steps)
    {
        await containers.Each(async container =>
        {
            var tag = $"tag=died-{Guid.NewGuid():N}";
            using var gateway = await container.Gateway();
            var shim = await gateway.Spawn(container.Raw($"{tag} {steps}"), "--own-session");
            Assert.Equal("signal 9", await shim.Ending());
            await container.Gone(tag);
            await HasPlace(container);
        });
        await containers.WithCgroup.NoCgroups();
    }

    [Theory]
    [InlineData("connect launch=single until=granted shut read=200 exit=0")]
    [InlineData("connect launch=single until=granted child place until=\"go\" open exit=0")]
    public async Task A_shim_that_leaves_early_leaves_no_place_taken(string steps)
    {
        await containers.Each(async container =>
        {
            var tag = $"tag=left-{Guid.NewGuid():N}";
            using var gateway = await container.Gateway();
            var shim = await gateway.Spawn(container.Raw($"{tag} {steps}"));
            Assert.Equal("exit 0", await shim.Ending());
            await container.Gone(tag);
            await HasPlace(container);
        });
        await containers.WithCgroup.NoCgroups();
    }

    [Theory]
    // A grant that is never taken up, and a client that then reads no answer.
    [InlineData("connect launch=single until=granted hang")]
    // A process that is no child of the client's.
    [InlineData("connect launch=single until=granted grandchild place hang")]
    [InlineData("connect launch=single until=granted place=1 hang")]
    [InlineData("connect launch=single until=granted place=999999 hang")]
    [InlineData("connect launch=single until=granted place=-1 hang")]
    public async Task A_shim_that_does_not_go_on_has_no_place_for_long(string steps)
    {
        await containers.Each(async container =>
        {
            var tag = $"tag=hangs-{Guid.NewGuid():N}";
            using var gateway = await container.Gateway();
            var shim = await gateway.Spawn(container.Raw($"{tag} {steps}"));
            Assert.Equal("connected 1", await shim.Hear());
            Assert.StartsWith("sent", await shim.Hear(), StringComparison.Ordinal);
            Assert.Contains("granted", await shim.Hear(), StringComparison.Ordinal);
            await HasPlace(container, Patience.Long);
            await shim.Signal(9);
            await container.Gone(tag);
        });
    }

    [Fact]
    public async Task The_client_of_another_launch_cannot_have_its_server_placed_as_its_own()
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Launched("guard", "anothers"));
            var pid = await server.Answers();
            var before = container.Init.HasCgroup ? await CgroupOf(container, pid) : "";
            var thief = await gateway.Spawn(container.Raw($"connect launch=single until=granted place={pid} read exit=0"));
            Assert.Equal("exit 0", await thief.Ending());
            var lines = new List<string>();
            while (await thief.Hear() is { } line)
                lines.Add(line);
            Assert.DoesNotContain(lines, line => line.Contains("\"go\"", StringComparison.Ordinal));
            Assert.Equal(pid, await server.Answers());
            if (container.Init.HasCgroup)
                Assert.Equal(before, await CgroupOf(container, pid));
            await HasPlace(container);
        });
    }

    private static Task<string> CgroupOf(LaunchContainer container, int pid) =>
        File.ReadAllTextAsync($"/proc/{container.Init.Inside(pid).Pid}/cgroup", TestContext.Current.CancellationToken);

    /// <summary>Waits until the one place can be had; then a server has it, and gives it back.</summary>
    private static async Task HasPlace(LaunchContainer container, TimeSpan? limit = null)
    {
        using var gateway = await container.Gateway();
        var until = DateTime.UtcNow + (limit ?? Patience.Usual);
        var granted = false;
        while (!granted)
        {
            Assert.True(DateTime.UtcNow < until, "the place was never free again");
            var server = await gateway.Spawn(LaunchContainer.Launched("single", "after"));
            granted = await server.IsGranted() || !await server.IsSilent(TimeSpan.FromMilliseconds(100));
            await server.Close();
            Assert.Equal("exit 0", await server.Ending());
        }
        await container.Gone("after");
    }
}
