using System.Diagnostics;
using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>A container with services, and operators that come to it as <c>docker exec</c> does.</summary>
internal sealed class WindowContainer : IAsyncDisposable
{
    private readonly Installation _files;

    private WindowContainer(string toml) => _files = new Installation(toml);

    public InitProcess Init
    {
        get => field ?? throw new InvalidOperationException("it has not started");
        private set;
    }

    public string Directory => _files["run"];

    /// <summary>Starts it, and waits until the startup is over.</summary>
    public static async Task<WindowContainer> Start(string toml, Func<Setup, Setup>? change = null, bool isAwaited = true)
    {
        var container = new WindowContainer(toml);
        var setup = container._files.Setup;
        container.Init = await InitProcess.Start(change is null ? setup : change(setup));
        if (isAwaited)
            await container.Init.WaitFor(
                line => line.Text.Contains(" running, ", StringComparison.Ordinal) ||
                    line.Text.Contains("degraded", StringComparison.Ordinal),
                "the end of the startup");
        return container;
    }

    /// <summary>An operator that begins.</summary>
    public Visitor Begin(Operator by, params string[] words)
    {
        string[] names = by.IsOutside ? ["-m"] : ["-p", "-m"];
        string[] user = by.User is { } id
            ? ["/usr/bin/setpriv", "--reuid", $"{id}", "--regid", $"{by.Group ?? id}", "--clear-groups"] : [];
        var start = new ProcessStartInfo("/usr/bin/nsenter", ["-t", $"{Init.Pid}", .. names, .. user, .. words])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Files.Binary)}:/usr/local/bin:/usr/bin:/bin";
        if (!by.IsWithoutHint)
            start.Environment["MCP_INIT_RUNTIME_DIR"] = Directory;
        foreach (var (name, value) in by.Environment)
            start.Environment[name] = value;
        return new Visitor(start);
    }

    /// <summary>An operator asks, and has ended.</summary>
    public async Task<Said> Ask(Operator by, params string[] words)
    {
        using var visitor = Begin(by, [Files.Binary, .. words]);
        return await visitor.Said();
    }

    public Task<Said> Ask(params string[] words) => Ask(Operator.Root, words);

    /// <summary>The service of that name in <c>status --json</c>.</summary>
    public async Task<JsonElement> Service(string name)
    {
        var said = await Ask("status", "--json", name);
        Assert.True(said.Code == 0, said.Error);
        return JsonDocument.Parse(said.Output).RootElement.GetProperty("services").EnumerateArray()
            .Single(s => s.GetProperty("name").GetString() == name);
    }

    public async Task<string> State(string name) => (await Service(name)).GetProperty("state").GetString()!;

    /// <summary>The path of a file that this side and the container share.</summary>
    public string this[string name] => _files[name];

    /// <summary>Makes the file that services wait for.</summary>
    public void Open(string name) => _files.Open(name);

    public void Rewrite(string toml) => _files.Rewrite(toml);

    public async ValueTask DisposeAsync()
    {
        await Init.DisposeAsync();
        _files.Dispose();
    }
}

/// <summary>The operator: by default root, in the namespaces.</summary>
internal sealed record Operator
{
    public static readonly Operator Root = new();

    public int? User { get; init; }

    public int? Group { get; init; }

    /// <summary>It is in another PID namespace, and has no pid in the container's.</summary>
    public bool IsOutside { get; init; }

    /// <summary>No variable names the directory.</summary>
    public bool IsWithoutHint { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>The end of a verb.</summary>
internal sealed record Said(int Code, string Output, string Error)
{
    public IReadOnlyList<string> Lines => Output.TrimEnd('\n').Split('\n');
}
