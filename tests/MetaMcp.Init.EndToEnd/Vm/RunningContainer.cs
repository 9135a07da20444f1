using System.Globalization;
using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// A container of the image <c>small</c> that Docker or Podman runs in the foreground: its lines are the container's, and its exit code
/// is the command's. Disposing of it removes the container in any case.
/// </summary>
internal sealed class RunningContainer : IAsyncDisposable
{
    private static int _count;
    private readonly ContainerMachine _machine;
    private readonly string _runtime;

    private RunningContainer(ContainerMachine machine, string runtime, string name, MachineCommand command) =>
        (_machine, _runtime, Name, Command) = (machine, runtime, name, command);

    public string Name { get; }

    public MachineCommand Command { get; }

    /// <summary>mcp-init with the arguments of the test.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="runtime"><c>docker</c> or <c>podman</c>.</param>
    /// <param name="options">
    /// Options of the runtime's <c>run</c>. With <c>--tty</c> the container has a terminal, on which
    /// <see cref="MachineCommand.Type(string)"/> types.
    /// </param>
    /// <param name="arguments">Arguments of mcp-init, which is the image's entry point.</param>
    public static async Task<RunningContainer> Start(
        ContainerMachine machine, string runtime, IReadOnlyList<string> options, params string[] arguments)
    {
        var name = $"test-{Interlocked.Increment(ref _count)}";
        string[] words =
            [runtime, "run", "--rm", "--network", "none", "--name", name, "--cidfile", $"/run/{name}.id", .. options, "small",
            .. arguments];
        if (options.Contains("--tty"))
            words = ["script", "--quiet", "--return", "--command", string.Join(' ', words), "/dev/null"];
        return new RunningContainer(machine, runtime, name, await machine.Machine.Start(words));
    }

    /// <summary>mcp-init with a configuration.</summary>
    public static async Task<RunningContainer> StartOn(ContainerMachine machine, string runtime, string toml, params string[] options)
    {
        var file = $"/root/toml/{Interlocked.Increment(ref _count)}.toml";
        await machine.Machine.Write(file, toml);
        return await Start(machine, runtime, [.. options, "--volume", $"{file}:/etc/mcp-init.toml:ro"]);
    }

    /// <summary>The same, with every service started.</summary>
    public static async Task<RunningContainer> UpOn(ContainerMachine machine, string runtime, string toml, params string[] options)
    {
        var container = await StartOn(machine, runtime, toml, options);
        try
        {
            await container.Command.WaitForLog("", "up after", limit: Patience.Long);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs another process in the container.</summary>
    public Task<Ended> Exec(params string[] words) => _machine.Run([_runtime, "exec", Name, .. words]);

    /// <summary>Sends signals with the runtime's <c>kill</c>, one after the other.</summary>
    public async Task Kill(params string[] signals) =>
        await _machine.Succeed("sh", "-c", string.Join(" && ", signals.Select(signal => $"{_runtime} kill -s {signal} {Name}")));

    /// <summary>Stops the container as the runtime does without options, shows the time it took, and returns its exit code.</summary>
    public async Task<int> Stop()
    {
        var ended =
            await _machine.Succeed("sh", "-c",
            $"read from rest </proc/uptime; {_runtime} stop {Name} >&2; read to rest </proc/uptime; echo $from $to");
        var times = Assert.Single(ended.Stdout).Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_runtime} stop: {times[1] - times[0]:0.0} s, the runtime's own time included; " +
            $"{Command.Lines.Logged("", "down after").Select(line => line.Text).LastOrDefault()}");
        return await Command.WaitForExit(Patience.Long);
    }

    /// <summary>The findings of <c>mcp-init doctor</c> in the container, by id, and its exit code.</summary>
    public async Task<(int Code, JsonElement Facts, IReadOnlyDictionary<string, JsonElement> Findings)> Doctor()
    {
        var ended = await Exec("/mcp-init", "doctor", "--json");
        var document = JsonDocument.Parse(string.Join('\n', ended.Stdout)).RootElement;
        return (ended.Code, document.GetProperty("facts"),
            document.GetProperty("findings").EnumerateArray().ToDictionary(finding => finding.GetProperty("id").GetString()!));
    }

    /// <summary>The output of a shell script in the machine. The current directory and <c>$group</c> are the container's cgroup.</summary>
    public async Task<IReadOnlyList<string>> InCgroup(string script)
    {
        // Docker: docker/ID. Podman: libpod_parent/libpod-ID.
        var find = $"group=$(find /sys/fs/cgroup -maxdepth 2 -name \"*$(cat /run/{Name}.id)\"); cd \"$group\"";
        return (await _machine.Succeed("sh", "-c", $"{find} && {script}")).Stdout;
    }

    /// <summary>Ends the container by force, and returns the cgroups that are left of it.</summary>
    public async Task<IReadOnlyList<string>> Remove() =>
        (await _machine.Succeed("sh", "-c", $"{_runtime} rm -f {Name} >&2; find /sys/fs/cgroup -name \"*$(cat /run/{Name}.id)*\"")).Stdout;

    public async ValueTask DisposeAsync()
    {
        if (!Command.HasEnded)
            await _machine.Run(_runtime, "rm", "-f", Name);
        Assert.DoesNotContain(Command.Lines, line => line.Text.Contains("bug, please report", StringComparison.Ordinal));
    }
}
