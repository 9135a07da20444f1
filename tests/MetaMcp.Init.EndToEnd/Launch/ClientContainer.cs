using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// A container with clients and gateways that are not ours, and the real memory server. Their SDKs pass no variable of ours on, so the
/// launch socket is at its compiled-in path: the container has a /run of its own.
/// </summary>
internal sealed class ClientContainer : IAsyncDisposable
{
    /// <summary>As npx knows the server; setup has installed it in the cache below <see cref="Home"/>.</summary>
    public const string Package = "@modelcontextprotocol/server-memory@2026.8.31";

    private static readonly string Home = Path.Combine(Files.Root, "out", "npx");
    private readonly Installation _files;

    private ClientContainer(Installation files, InitProcess init) => (_files, Init) = (files, init);

    public InitProcess Init { get; }

    /// <summary>The command of the memory server as a client has it: in place of npx, or by an npx that is intercepted.</summary>
    public static IReadOnlyList<string> Command(bool intercepted) =>
        intercepted ? ["npx", "-y", Package] : [Files.Binary, "launch", "memory"];

    /// <summary>A program of tests/clients or of container/demo, by the path below its folder.</summary>
    public static string Module(string folder, string path)
    {
        var file = Path.Combine(Files.Root, folder, path);
        return File.Exists(file) ? file : throw new InvalidOperationException($"{file} is missing: run scripts/setup run test first");
    }

    /// <summary>An array of TOML.</summary>
    public static string Words(params IEnumerable<string> words) => $"[{string.Join(", ", words.Select(word => $"'{word}'"))}]";

    /// <param name="services">The tables of clients and gateways.</param>
    /// <param name="memory">Further keys of the memory server.</param>
    public static async Task<ClientContainer> Start(string services, string memory = "")
    {
        // The keeper keeps the container when the last client has gone.
#pragma warning disable CA2000 // The container owns both, and disposes of them.
        var files = new Installation($$"""
            [init]
            orphan_grace = "1s"
            [launch]
            intercept = ["npx"]
            [limits]
            max_instances = 20
            [server.memory]
            command = ["npx", "-y", "{{Package}}"]
            environment = { MEMORY_FILE_PATH = "%/memory.jsonl" }
            {{memory}}
            [service.keeper]
            command = ["sleep", "infinity"]
            {{services}}
            """);
        files.Write("memory.jsonl", """{"type":"entity","name":"known","entityType":"thing","observations":["was there before"]}""");
        string[] asFirst = ["-euc", "mount -t tmpfs -o mode=755 tmpfs /run && exec \"$@\"", "sh", Files.Binary];
        var setup = files.Setup with
        {
            Program = "/bin/sh",
            Arguments = [.. asFirst, .. files.Setup.Arguments],
            OwnNetwork = true,
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
                ["HOME"] = Home,
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..")),
            },
        };
        var init = await InitProcess.Start(setup);
        return new ClientContainer(files, init);
#pragma warning restore CA2000
    }

    /// <summary>
    /// Waits until nothing runs but PID 1 and the processes with one of these words in their command line; a launched server is none of
    /// them.
    /// </summary>
    public Task NothingButThese(params string[] words) => Patience.UntilNothing(() =>
    {
        var left = Init.Processes()
            .Where(process => process.InnerPid != 1 && CommandLine(process.Pid) is { } line && !words.Any(line.Contains))
            .Select(process => $"{process.Name} ({process.InnerPid}, {process.State}): {CommandLine(process.Pid)}")
            .ToList();
        return left.Count == 0 ? null : string.Join('\n', left);
    });

    /// <summary>The processes of Node that run the memory server itself: not npm, not a shell, not a guard.</summary>
    public IReadOnlyList<ProcessInfo> Servers() =>
        [.. Init.Processes().Where(process => CommandLine(process.Pid) is { } line && line.Split(' ') is [var node, var script, ..]
            && node.EndsWith("node", StringComparison.Ordinal) && script.EndsWith("mcp-server-memory", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await Init.DisposeAsync();
        _files.Dispose();
    }

    /// <summary>Null if the process has ended.</summary>
    private static string? CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
