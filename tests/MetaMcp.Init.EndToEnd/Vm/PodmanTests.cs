using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>Limits under Podman: by default as in Docker, and with the two options that make the cgroup writable.</summary>
[Collection(ContainerMachineTests.Name)]
public sealed class PodmanTests(ContainerMachine machine)
{
    private const string Services = """
        [restart]
        backoff = { initial = "10ms", max = "200ms" }
        breaker = { failures = 1000 }
        [service.db]
        command = ["/tests/hang"]
        memory_max = "20MiB"
        [service.app]
        command = ["/tests/hang"]
        depends_on = ["db"]
        """;

    [Fact]
    public async Task By_default_its_cgroup_is_read_only_and_a_stop_is_graceful()
    {
        await using var container = await Up(Services, "--read-only");
        Assert.Contains("/sys/fs/cgroup is mounted read-only; ",
            Assert.Single(container.Command.Lines.Logged("", "LIMITS NOT ENFORCED")).Text, StringComparison.Ordinal);
        var (code, facts, findings) = await container.Doctor();
        Assert.Equal(1, code);
        Assert.Equal(["podman"], facts.GetProperty("containers").EnumerateArray().Select(mark => mark.GetString()));
        Assert.StartsWith("--security-opt unmask=/sys/fs/cgroup",
            findings["cgroup-read-only"].GetProperty("remedies").GetProperty("podman").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await container.Stop());
        Assert.Equal(["app", "db"], container.Command.Lines.ServicesWith("stopped"));
        Assert.True(container.Command.Lines.HasLogged("", "shutting down (SIGTERM)"));
    }

    [Theory]
    [InlineData("--security-opt=unmask=/sys/fs/cgroup", "SIGTERM")]
    [InlineData("--systemd=always", "SIGRTMIN+3")]
    public async Task With_a_writable_cgroup_the_kernel_enforces_the_limits(string option, string stopSignal)
    {
        await using var container = await Up(Services + """

            [service.hog]
            command = ["/tests/hog", "1000", "--quiet"]
            memory_max = "48MiB"
            """, option);
        Assert.Contains("controllers: memory, pids, cpu",
            Assert.Single(container.Command.Lines.Logged("", "each service has a cgroup of its own")).Text, StringComparison.Ordinal);
        Assert.Equal(["20971520"], await container.InCgroup("cat workload/db/memory.max"));
        await container.Command.WaitForLog("hog", "killed by SIGKILL, out of memory: its memory_max of 48MiB", limit: Patience.Long);
        var (code, _, findings) = await container.Doctor();
        Assert.Equal(0, code);
        Assert.Equal("ok", findings["cgroup-usable"].GetProperty("severity").GetString());
        Assert.Equal(0, await container.Stop());
        Assert.True(container.Command.Lines.HasLogged("", $"shutting down ({stopSignal})"));
        Assert.Equal(["app", "db"], container.Command.Lines.ServicesWith("stopped").Where(service => service != "hog"));
        Assert.Single(container.Command.Lines.Logged("db", "started"));
    }

    [Fact]
    public async Task The_exit_code_is_that_of_the_service_that_failed()
    {
        await using var container = await RunningContainer.StartOn(machine, "podman", """
            [restart]
            policy = "never"
            [service.needed]
            command = ["/tests/exits", "7"]
            required = true
            """);
        Assert.Equal(7, await container.Command.WaitForExit(Patience.Long));
    }

    private Task<RunningContainer> Up(string toml, params string[] options) => RunningContainer.UpOn(machine, "podman", toml, options);
}
