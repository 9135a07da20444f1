using System.Diagnostics;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A server of tests/programs/mcp-server.mjs on a port of its own, made by the official SDK.</summary>
internal sealed class McpServer : IDisposable
{
    private readonly Process _process;

    private McpServer(Process process, string port) => (_process, Port) = (process, port);

    public static string Script { get; } = Path.Combine(Files.Root, "tests", "programs", "mcp-server.mjs");

    public string Port { get; }

    public string Address => $"http://127.0.0.1:{Port}/mcp";

    public int Pid => _process.Id;

    /// <param name="kind">As the script names it: stateful, stateless, modern or dual.</param>
    public static async Task<McpServer> Start(string kind)
    {
        var start = new ProcessStartInfo("node", [Script, kind, "0"]) { RedirectStandardOutput = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Usual);
        return line?.StartsWith("port ", StringComparison.Ordinal) == true
            ? new McpServer(process, line["port ".Length..])
            : throw new InvalidOperationException($"the {kind} server said {line}: run scripts/setup run first");
    }

    public async Task<int> Sessions()
    {
        using var client = new HttpClient { Timeout = Patience.Usual };
        return int.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/sessions")));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
