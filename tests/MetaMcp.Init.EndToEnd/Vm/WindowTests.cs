using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>An operator comes with the runtime's <c>exec</c>, whatever the container may do.</summary>
[Collection(ContainerMachineTests.Name)]
public sealed class WindowTests(ContainerMachine machine)
{
    private const string Services = """
        [service.db]
        command = ["/tests/hang"]
        [service.app]
        command = ["/tests/hang"]
        depends_on = ["db"]
        """;

    [Theory]
    [InlineData("docker", "")]
    [InlineData("docker", "--read-only")]
    [InlineData("docker", "--user 1234:1234")]
    [InlineData("docker", "--read-only --user 1234:1234")]
    [InlineData("docker", "--read-only --user 1234:1234 --cap-drop ALL --security-opt no-new-privileges")]
    [InlineData("podman", "")]
    [InlineData("podman", "--read-only")]
    [InlineData("podman", "--read-only --user 1234:1234")]
    public async Task It_looks_and_acts_in_each_container(string runtime, string options)
    {
        await using var container = await RunningContainer.UpOn(
            machine, runtime, Services, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var status = await container.Exec("/mcp-init", "status");
        Assert.True(status.Code == 0, string.Join('\n', status.Lines));
        Assert.Contains(
            status.Stdout, line => line.Contains("db", StringComparison.Ordinal) && line.Contains("ready", StringComparison.Ordinal));
        Assert.Equal(0, (await container.Exec("/mcp-init", "health")).Code);
        var stopped = await container.Exec("/mcp-init", "stop", "--wait", "app");
        Assert.True(stopped.Code == 0, string.Join('\n', stopped.Lines));
        Assert.Equal(1, (await container.Exec("/mcp-init", "is-ready", "app")).Code);
        Assert.Equal(0, (await container.Exec("/mcp-init", "start", "--wait", "app")).Code);
        // The end of the container ends the asker too.
        _ = await container.Exec("/mcp-init", "shutdown", "--wait");
        Assert.Equal(0, await container.Command.WaitForExit(Patience.Long));
    }
}
