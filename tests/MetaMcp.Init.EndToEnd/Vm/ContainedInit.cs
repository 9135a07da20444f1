using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>mcp-init with a file, as PID 1 of namespaces like a container's, in a machine that other tests use as well.</summary>
internal sealed class ContainedInit : IAsyncDisposable
{
    private static int _count;
    private readonly VirtualMachine _machine;

    private ContainedInit(VirtualMachine machine, string file, MachineCommand command) =>
        (_machine, File, Command) = (machine, file, command);

    /// <summary>The path of the configuration in the machine.</summary>
    public string File { get; }

    public MachineCommand Command { get; }

    /// <param name="machine">The machine.</param>
    /// <param name="toml">The configuration.</param>
    /// <param name="options">Options of <c>container</c>, which makes the namespaces.</param>
    /// <param name="before">Shell commands that PID 1 runs before it becomes the init.</param>
    public static async Task<ContainedInit> Start(VirtualMachine machine, string toml, IReadOnlyList<string> options, string before = "")
    {
        var file = $"/etc/contained-{Interlocked.Increment(ref _count)}.toml";
        await machine.Write(file, toml);
        string[] program = before.Length == 0
            ? ["mcp-init", "run", "--config", file]
            : ["sh", "-c", $"{before}exec mcp-init run --config {file}"];
        return new ContainedInit(machine, file, await machine.Start(["container", .. options, "--", .. program]));
    }

    /// <summary>The output of a shell script in the namespaces of the init, as by <c>docker exec</c>.</summary>
    public async Task<IReadOnlyList<string>> Inside(string script)
    {
        var ended = await _machine.Run(Patience.Usual, "/tests/enter", File, "sh", "-c", script);
        Assert.True(ended.Code == 0, $"{script}: {ended.Code}\n{string.Join('\n', ended.Lines)}");
        return ended.Stdout;
    }

    /// <summary>Asks the init to end, and returns its exit code.</summary>
    public async Task<int> Stop()
    {
        await Command.Signal(15);
        return await Command.WaitForExit(Patience.Long);
    }

    public async ValueTask DisposeAsync()
    {
        // All of its namespace ends with the runtime.
        await Command.Signal(9);
        Assert.DoesNotContain(Command.Lines, line => line.Text.Contains("bug, please report", StringComparison.Ordinal));
    }
}
