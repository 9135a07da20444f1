using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Container;

/// <summary>The files in container/ agree with each other.</summary>
public sealed class FilesTests
{
    [Fact]
    public async Task The_file_for_MetaMCP_is_accepted()
    {
        var (exit, output, _) = await InitProcess.Program(Files.Binary, "check", Find("metamcp/mcp-init.toml"));
        Assert.Equal(0, exit);
        Assert.Contains("ok: 4 services", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metamcp/compose.yaml", "stop_grace_period: 30s")]
    [InlineData("kubernetes/metamcp.yaml", "terminationGracePeriodSeconds: 30")]
    public async Task The_engine_waits_longer_than_the_shutdown_takes(string file, string line)
    {
        Assert.Contains(line, MetaMcpImage.Text(file), StringComparison.Ordinal);
        var (_, plan, _) = await InitProcess.Program(Files.Binary, "plan", Find("metamcp/mcp-init.toml"));
        Assert.Contains("all within 25s", plan, StringComparison.Ordinal);
    }

    private static string Find(string name) => Path.Combine(Files.Root, "container", name);
}
