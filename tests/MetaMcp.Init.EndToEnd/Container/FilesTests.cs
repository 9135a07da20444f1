using System.Net;
using System.Net.Sockets;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.EndToEnd.Window;

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

    /// <summary>serve may fail, or find its port taken: no reason to restart the container, or to keep clients out.</summary>
    [Fact]
    public void The_probes_of_the_pod_do_not_depend_on_serve()
    {
        var pod = MetaMcpImage.Text("kubernetes/metamcp.yaml").Split('\n')
            .Where(line => !line.TrimStart().StartsWith('#')).ToList();
        var probes = pod.Where(line => line.Contains("/mcp-init, ", StringComparison.Ordinal)).Select(line => line.Trim());
        Assert.Equal(
            [
                "command: [/usr/local/bin/mcp-init, health]", "command: [/usr/local/bin/mcp-init, health]",
                "command: [/usr/local/bin/mcp-init, health, --level, alive]",
            ], probes);
        Assert.DoesNotContain(pod, line => line.Contains("httpGet", StringComparison.Ordinal));
    }

    /// <summary>They are the verbs of this mcp-init: a container whose serve cannot listen passes them.</summary>
    [Fact]
    public async Task A_container_without_its_serve_is_alive_and_ready()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var container = await WindowContainer.Start(
            $"[serve]\nlisten = \"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}\"\n" +
            "[service.web]\ncommand = [\"%hang\"]\nrequired = true\n");
        await container.Init.WaitFor("is taken by another program");
        Assert.Equal(0, (await container.Ask("health")).Code);
        Assert.Equal(0, (await container.Ask("health", "--level", "alive")).Code);
    }

    private static string Find(string name) => Path.Combine(Files.Root, "container", name);
}
