using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>Gateways that pass no variable of ours on to their servers, in a container with a runtime_dir of its own.</summary>
public sealed class SanitizedTests
{
    private const string Launch = $"env -i PATH=/usr/bin:/bin $BINARY launch memory -- sh -c 'echo ran $MCP_INIT_RUNTIME_DIR.' </dev/null";
    private const string Npx = "env -i PATH=$PATH npx -y memory </dev/null";

    [Theory]
    // A shell, and a wrapper, between the service and its server.
    [InlineData(Launch)]
    [InlineData("sh -c 'env -i PATH=/usr/bin:/bin sh -c \"'$BINARY' launch memory -- echo ran .; true\"; true' </dev/null")]
    // The nearest with the variable is none of ours: one above it is asked.
    [InlineData($"MCP_INIT_RUNTIME_DIR=/nowhere sh -c '{Npx}; true'")]
    [InlineData(Npx)]
    public async Task An_init_is_found_without_the_variable(string script) => await IsLaunched(script, "");

    /// <summary>No process above has the variable any more, but the link lies in the directory.</summary>
    [Fact]
    public async Task An_intercepted_command_finds_it_by_its_link_alone() =>
        await IsLaunched($"exec env -u MCP_INIT_RUNTIME_DIR sh -c '{Npx}; true'", "");

    /// <summary>A socket is left where an init was that has been killed.</summary>
    [Fact]
    public async Task A_socket_without_a_listener_hides_no_init() => await IsLaunched(
        """
        mkdir -p /run/mcp-init; rm -f /run/mcp-init/launch.sock
        node -e 'require("net").createServer().listen("/run/mcp-init/launch.sock", () => process.kill(process.pid, 9))'
        [ -S /run/mcp-init/launch.sock ] || exit 9
        """ + "\n" + Launch, "");

    [Fact]
    public async Task Another_user_finds_it_by_its_own_processes() => await IsLaunched(Launch, "user = \"www-data\"");

    private static async Task IsLaunched(string script, string attributes)
    {
        using var files = new Installation($$"""
            [launch]
            intercept = ["npx"]
            [service.gateway]
            type = "oneshot"
            command = ["sh", "-c", ". %/gateway"]
            environment = { PATH = "%/real:/usr/bin:/bin", BINARY = "{{Files.Binary}}" }
            {{attributes}}
            """);
        files.Write("gateway", script);
        Directory.CreateDirectory(files["real"]);
        files.Write("real/npx", "#!/bin/sh\necho ran $MCP_INIT_RUNTIME_DIR.\n");
        File.SetUnixFileMode(files["real/npx"], (UnixFileMode)0x1ED);
        var ended = await files.Run();
        Assert.Contains("gateway  | ran .", ended.Stdout);
        Assert.Contains(ended.Stderr, line => line.Contains("memory@2: launched by gateway", StringComparison.Ordinal));
        Assert.DoesNotContain(ended.Stderr, line => line.Contains("without limits", StringComparison.Ordinal));
        Assert.Equal(0, ended.Code);
    }
}
