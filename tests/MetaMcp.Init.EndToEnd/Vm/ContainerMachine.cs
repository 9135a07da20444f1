using System.Collections.Concurrent;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// One machine with Docker's daemon running, and Podman, for all tests of containers. In both, the image <c>small</c> is
/// made FROM scratch of mcp-init and the test programs, with <c>mcp-init</c> as its entry point.
/// </summary>
public sealed class ContainerMachine : IAsyncLifetime
{
    private const string Dockerfile = """
        FROM scratch
        COPY usr/local/bin/mcp-init /
        COPY tests /tests
        ENTRYPOINT ["/mcp-init"]
        """;

    private readonly ConcurrentDictionary<string, Lazy<Task>> _done = new();
    private VirtualMachine? _machine;

    internal VirtualMachine Machine => _machine ?? throw new InvalidOperationException("it has not booted");

    public async ValueTask InitializeAsync()
    {
        _machine = await VirtualMachine.Boot(new MachineOptions
        {
            Disk = true,
            Cpus = 2,
            Deadline = TimeSpan.FromMinutes(33),
        });
        var daemon = await Machine.Start("dockerd");
        await daemon.WaitFor("API listen on", limit: Patience.Long);
        await Machine.Write("/root/small/Dockerfile", Dockerfile);
        await Succeed("sh", "-c", "cd /root/small && mkdir -p usr/local/bin && cp -a /tests . && cp /usr/local/bin/mcp-init usr/local/bin");
        await Succeed("docker", "build", "--quiet", "--tag", "small", "/root/small");
        await Succeed("sh", "-c", "docker save small | podman load --quiet");
    }

    /// <summary>Work that several tests need; the first of them does it.</summary>
    internal Task Once(string what, Func<Task> action) => _done.GetOrAdd(what, _ => new Lazy<Task>(action)).Value;

    /// <summary>Runs a command that must succeed, with the time that emulation needs.</summary>
    internal Task<Ended> Succeed(params string[] words) => Succeed(words, Patience.Long);

    internal async Task<Ended> Succeed(string[] words, TimeSpan limit)
    {
        var ended = await Machine.Run(limit, words);
        Assert.True(ended.Code == 0, $"{string.Join(' ', words)}: {ended.Code}\n{string.Join('\n', ended.Lines)}");
        return ended;
    }

    internal Task<Ended> Run(params string[] words) => Machine.Run(Patience.Long, words);

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }
}

/// <summary>Emulation takes whole processors; beside it, the deadlines of other tests would mean little.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ContainerMachineTests : ICollectionFixture<ContainerMachine>
{
    public const string Name = "container machine";
}
