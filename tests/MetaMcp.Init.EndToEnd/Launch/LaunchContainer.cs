using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A container whose service is the host of as many gateways as tests ask for.</summary>
internal sealed class LaunchContainer : IAsyncDisposable
{
    /// <summary>More than any test starts, where a limit is not the subject.</summary>
    public const string NoLimits = """
        [limits]
        max_instances = 1000
        max_per_type = 1000
        tasks = 20000
        [launch]
        max_starting = 1000
        [shutdown]
        max_concurrent = 100
        term_timeout = "300ms"
        """;

    private readonly Installation _files;
    private readonly string _user;

    private LaunchContainer(string toml, bool cgroup, string user)
    {
        _user = user;
        _files = new Installation(WithHost(toml)) { OwnCgroup = cgroup };
    }

    public InitProcess Init
    {
        get => field ?? throw new InvalidOperationException("it has not started");
        private set;
    }

    /// <summary>The socket that shims connect to, which has the same path inside.</summary>
    public string Socket => _files["run/launch.sock"];

    /// <param name="toml">The file, without [init] and without the host.</param>
    /// <param name="cgroup">Membership by cgroups, or by looking.</param>
    /// <param name="user">Of the host and its gateways.</param>
    /// <param name="limits">Resource limits of the init, and of all.</param>
    public static async Task<LaunchContainer> Start(
        string toml, bool cgroup = false, string user = "root", IReadOnlyList<(string Name, long Value)>? limits = null)
    {
        var container = new LaunchContainer(toml, cgroup, user);
        container.Init = await InitProcess.Start(container._files.Setup with { Limits = limits ?? [] });
        await container.Init.WaitFor(line => line.Text == "listening", "the gateway of the host");
        return container;
    }

    /// <summary>Another file, in force when this returns.</summary>
    public async Task Reload(string toml)
    {
        var last = Init.Lines[^1];
        _files.Rewrite(WithHost(toml));
        Init.Signal(1);
        await Init.WaitForLog("", "reloaded", last);
    }

    /// <summary>The path of a file that this side and the container share.</summary>
    public string this[string name] => _files[name];

    public Task<Gateway> Gateway(string socket = "gateway.sock") => Launch.Gateway.Connect(_files[socket]);

    /// <summary>The command of a launched jobserver.</summary>
    public static string Launched(string type, string words) => $"{Files.Binary} launch {type} -- {Plain(words)}";

    /// <summary>The command of a jobserver that nothing stands in front of.</summary>
    public static string Plain(string words) => $"{Files.Program("jobserver")} {words}";

    /// <summary>The command of a raw client of the socket.</summary>
    public string Raw(string steps) => $"{Files.Program("rawshim")} {Socket} {steps}";

    /// <summary>The living processes with this word in their command line: a shim, a server and its jobs.</summary>
    public IReadOnlyList<Member> Of(string tag)
    {
        var found = new List<Member>();
        // The /proc inside, which has no other processes than the container's.
        var proc = $"/proc/{Init.Pid}/root/proc";
        if (!Directory.Exists(proc))
            return found;
        foreach (var directory in Directory.EnumerateDirectories(proc))
            if (int.TryParse(Path.GetFileName(directory), out var pid) && HasWord(directory, tag) is { } name)
                found.Add(new Member(pid, name));
        return found;
    }

    /// <summary>Sends a signal from outside to a process, by its pid inside.</summary>
    public void Signal(int pid, int number) => Native.Signal(Init.Inside(pid).Pid, number);

    /// <summary>Kills all processes with this word in their command line.</summary>
    public async Task Kill(string tag)
    {
        foreach (var member in Of(tag))
            if (Init.Processes().FirstOrDefault(process => process.InnerPid == member.Pid) is { } process)
                Native.TrySignal(process.Pid, 9);
        await Gone(tag);
    }

    /// <summary>Waits until none of these is left.</summary>
    public async Task Gone(string tag, TimeSpan? limit = null)
    {
        IReadOnlyList<Member> left = [];
        try
        {
            await Patience.Until(() => (left = Of(tag)).Count == 0, "", limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{tag}: still there: {string.Join(", ", left.Select(one => $"{one.Name} {one.Pid}"))}");
        }
    }

    /// <summary>The cgroups of the launched, by name.</summary>
    public IReadOnlyList<string> Cgroups() =>
        Init.HasCgroup
            ? [.. Directory.GetDirectories(Path.Combine(Init.Cgroup, "workload"))
                .Select(path => Path.GetFileName(path)).Where(name => name.Contains('@', StringComparison.Ordinal))]
            : [];

    /// <summary>Waits until no launched server is on the books of the kernel.</summary>
    public Task NoCgroups() => Patience.UntilNothing(() => Cgroups() is [var first, ..] ? $"the cgroup {first}" : null);

    public async ValueTask DisposeAsync()
    {
        await Init.DisposeAsync();
        _files.Dispose();
    }

    private string WithHost(string toml) => $$"""
        [service.host]
        command = ["%gateway", "%/gateway.sock"]
        environment = { MCP_INIT_RUNTIME_DIR = "%/run" }
        user = "{{_user}}"
        log = "inherit"
        {{toml}}
        """;

    /// <summary>Its name, if it has the word. A process that has ended has no command line.</summary>
    private static string? HasWord(string directory, string word)
    {
        try
        {
            return File.ReadAllText($"{directory}/cmdline").Split('\0').Contains(word)
                ? File.ReadAllText($"{directory}/comm").TrimEnd() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A process of a container.</summary>
/// <param name="Pid">As the container counts.</param>
/// <param name="Name">Of its program.</param>
internal sealed record Member(int Pid, string Name);
