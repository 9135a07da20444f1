using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.EndToEnd.Vm;

namespace MetaMcp.Init.EndToEnd.Container;

/// <summary>MetaMCP's image in its shape, and ours derived from it, run by two engines from the files of container/.</summary>
[Collection(ContainerMachineTests.Name)]
public sealed partial class MetaMcpTests(ContainerMachine container)
{
    /// <summary>
    /// A client of MetaMCP: through the frontend to the backend, which starts a server for it over stdio. Its event stream stays open, and
    /// must not delay a stop.
    /// </summary>
    private const string Client = """
        let session;
        const ask = async (id, method, params = {}) => {
          const response = await fetch('http://127.0.0.1:12008/metamcp/memory/mcp', {
            method: 'POST',
            headers: {
              'content-type': 'application/json', accept: 'application/json, text/event-stream',
              ...(session && { 'mcp-session-id': session }),
            },
            body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
          });
          session ??= response.headers.get('mcp-session-id');
          return JSON.parse(/^data: (.*)$/m.exec(await response.text())?.[1] ?? null)?.result;
        };
        const client = { name: 'test', version: '1' };
        await ask(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client });
        await ask(undefined, 'notifications/initialized');
        console.log((await ask(2, 'tools/list')).tools.map(tool => tool.name).join(' '));
        console.log(await (await fetch('http://127.0.0.1:12008/health')).text());
        const stream = await fetch('http://127.0.0.1:12008/metamcp/memory/mcp', {
          headers: { accept: 'text/event-stream', 'mcp-session-id': session },
        });
        console.log(`event stream: ${stream.status}`);
        await stream.text();
        """;

    private const string Gateway = "gateway_metamcp_1";

    private readonly MetaMcpImage _image = new(container);

    [Fact]
    public async Task It_runs_in_docker_by_compose()
    {
        await _image.Build("docker");
        // Docker 20.10 has no option for a writable cgroup tree, and without iptables its network names do not resolve.
        var file = string.Concat(
            MetaMcpImage.Text("metamcp/compose.yaml")
                .Split('\n')
                .Where(line => !line.Contains("security_opt:", StringComparison.Ordinal) &&
                    !line.Contains("- writable-cgroups=true", StringComparison.Ordinal))
                .Select(line => line + "\n"));
        await container.Machine.Write(MetaMcpImage.Path("metamcp/compose.yaml"), file);
        await container.Machine.Write("/root/names.yaml", """
            services:
              metamcp:
                extra_hosts: ["postgres:172.28.7.2"]
              postgres:
                networks: { default: { ipv4_address: 172.28.7.2 } }
            networks:
              default:
                ipam: { config: [{ subnet: 172.28.7.0/24 }] }
            """);
        string[] compose =
        [
            "env", "POSTGRES_PASSWORD=secret", "BETTER_AUTH_SECRET=random", "docker-compose", "--project-name", "gateway",
            "--file", MetaMcpImage.Path("metamcp/compose.yaml"), "--file", "/root/names.yaml",
        ];
        await container.Succeed([.. compose, "up", "--detach", "--no-build"], MetaMcpImage.Startup);
        var log = await _image.Follow("docker", Gateway);
        await MetaMcpImage.ComesUpInOrder(log);
        // The port is the one that Compose has published.
        await container.Succeed("mcp-init", "probe", "http", "http://127.0.0.1:12008/health", "--timeout", "20s");
        await ServeAClient();

        var start = Stopwatch.GetTimestamp();
        await container.Succeed("docker", "stop", "--time", "30", Gateway);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it ends well within the time it has");
        await MetaMcpImage.EndsInOrder(log);
        Assert.Equal(["0"], (await container.Succeed("docker", "wait", Gateway)).Stdout);
        await container.Succeed([.. compose, "down", "--volumes"], Patience.Long);
    }

    [Fact]
    public async Task It_runs_in_a_pod()
    {
        await _image.Build("podman");
        // Podman leaves the intervals of health checks to systemd, which is not there; here they run when the test asks for them.
        string[] podman = ["env", "DISABLE_HC_SYSTEMD=true", "podman"];
        // Podman 4.3 publishes a container's port, which takes a network, and reads keys only from a secret of its own kind.
        var documents = MetaMcpImage.Text("kubernetes/metamcp.yaml").Split("---\n");
        var manifest = MetaMcpImage.Path("kubernetes/metamcp.yaml");
        await container.Machine.Write(manifest, Published().Replace(string.Join("---\n", documents[1..]), ""));
        await container.Machine.Write("/root/secret.json", JsonSerializer.Serialize(StringData(documents[0])));
        await container.Succeed("podman", "secret", "create", "metamcp", "/root/secret.json");
        await container.Succeed([.. podman, "kube", "play", "--network", "none", manifest], MetaMcpImage.Startup);
        var log = await _image.Follow("podman", "metamcp-pod-0-metamcp");
        await MetaMcpImage.ComesUpInOrder(log);
        await container.Succeed([.. podman, "healthcheck", "run", "metamcp-pod-0-metamcp"]);
        await container.Succeed([.. podman, "pod", "stop", "--time", "30", "metamcp-pod-0"], Patience.Long);
        await MetaMcpImage.EndsInOrder(log);
        Assert.Equal(["0"], (await container.Succeed("podman", "wait", "metamcp-pod-0-metamcp")).Stdout);
        await container.Succeed([.. podman, "kube", "down", manifest], Patience.Long);
    }

    private async Task ServeAClient()
    {
        var client = await container.Machine.Start("docker", "exec", "--interactive", Gateway, "node", "--input-type=module", "-");
        await client.Type(Client);
        await client.CloseStdin();
        await client.WaitFor("event stream: 200", limit: MetaMcpImage.Startup);
        Assert.Contains("create_entities", client.Stdout[0], StringComparison.Ordinal);
        Assert.Equal("""{"status":"ok","servers":1,"sessions":1}""", client.Stdout[1]);

        // Only PID 1 is root, beside the client from docker exec, and serve is nobody; the server that the client asked for is neither.
        var processes = (await container.Succeed("docker", "top", Gateway, "-eo", "pid,uid,args")).Stdout.Skip(1)
            .Where(line => !line.Contains("--input-type=module", StringComparison.Ordinal)).ToList();
        Assert.Contains(processes, line => line.Contains("server-memory", StringComparison.Ordinal));
        Assert.Equal(
            ["0", "65534"],
            processes.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).Where(user => user != "1001"));
    }

    /// <summary>The values of a secret in the manifest.</summary>
    private static Dictionary<string, byte[]> StringData(string document) =>
        document[(document.IndexOf("stringData:\n", StringComparison.Ordinal) + "stringData:\n".Length)..]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim().Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => Encoding.UTF8.GetBytes(pair[1]));

    [GeneratedRegex(@"^ +ports:\n( +- .*containerPort: \d+.*\n)+", RegexOptions.Multiline)]
    private static partial Regex Published();
}
