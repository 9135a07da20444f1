using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>Limits in Docker: those of the container, and, where its cgroup is writable, those of each service.</summary>
[Collection(ContainerMachineTests.Name)]
public sealed class DockerLimitTests(ContainerMachine machine)
{
    private const int Starts = 10;

    private const string QuickRestarts = """
        [restart]
        policy = "always"
        backoff = { initial = "10ms", max = "200ms" }
        breaker = { failures = 1000 }

        """;

    [Fact]
    public async Task Privileged_each_service_has_a_cgroup_of_its_own_and_dies_alone()
    {
        await using var container = await Up(QuickRestarts + """
            [service.hog]
            command = ["/tests/hog", "1000", "--quiet"]
            memory_max = "48MiB"
            [service.family]
            command = ["/tests/daemonise", "--ignore-term"]
            memory_max = "32MiB"
            stop_timeout = "200ms"
            [service.other]
            command = ["/tests/hang"]
            memory_max = "20MiB"
            tasks_max = 9
            """, "--privileged");
        Assert.Contains("controllers: memory, pids, cpu",
            Assert.Single(container.Command.Lines.Logged("", "each service has a cgroup of its own")).Text, StringComparison.Ordinal);
        Assert.Equal(["20971520", "9"], await container.InCgroup("cat workload/other/memory.max workload/other/pids.max"));

        // Meanwhile a service ends and starts again and again.
        await container.Command.WaitForLog("hog", "killed by SIGKILL, out of memory: its memory_max of 48MiB", limit: Patience.Long);
        await machine.Succeed("docker", "exec", "--detach", container.Name, "/tests/hang", "by docker exec");
        Assert.Equal(
            ["init"],
            await container.InCgroup("for p in $(pgrep -fx '/tests/hang by docker exec'); do sed 's|.*/||' /proc/$p/cgroup; done"));
        var (code, facts, findings) = await container.Doctor();
        Assert.Equal(0, code);
        Assert.True(facts.GetProperty("cgroup").GetProperty("usable").GetBoolean());
        Assert.All(
            ["cgroup-usable", "calls", "capabilities", "pid-1"],
            id => Assert.Equal("ok", findings[id].GetProperty("severity").GetString()));

        // A daemon in a session of its own ends before its service is restarted.
        var first = await container.Command.WaitFor("daemon pid");
        await container.Command.WaitFor("daemon pid", first, Patience.Long);
        Assert.True(
            container.Command.Lines.Logged("family", "killed the processes that it left")[0].Index <
            container.Command.Lines.Logged("family", "started")[1].Index);
        Assert.Single(container.Command.Lines.Logged("other", "started"));

        Assert.Empty(await container.Remove());
    }

    [Fact]
    public async Task Ten_starts_that_docker_exec_races_all_have_their_controllers()
    {
        await machine.Machine.Write("/root/raced.toml", """
            [limits]
            enforce = "require"
            [service.one]
            command = ["/tests/hang"]
            memory_max = "32MiB"
            """);
        var created = await machine.Succeed(
            "docker", "create", "--privileged", "--network", "none", "--name", "raced", "--volume",
                "/root/raced.toml:/etc/mcp-init.toml:ro", "small");
        var id = Assert.Single(created.Stdout);
        var log = await machine.Machine.Start("tail", "-F", "-n", "+1", $"/var/lib/docker/containers/{id}/{id}-json.log");
        // The steps of docker exec; the docker command itself would wait until the start is over, and so avoid the race. No process is on
        // its way in at the end: a container is not gone before the runtime has collected the processes it brought. This uses the
        // daemon's own interface, since the docker command takes a second to start in an emulator.
        const string Start = """
            (for try in $(seq 200); do runc --root /run/docker/runtime-runc/moby exec ID /mcp-init --version && break; done) 2>/dev/null &
            curl --silent --fail-with-body --request POST --unix-socket /run/docker.sock http://docker/containers/ID/start
            code=$?
            wait
            exit $code
            """;
        Line? up = null;
        for (var start = 0; start < Starts; start++)
        {
            var entered = await machine.Succeed("sh", "-c", Start.Replace("ID", id, StringComparison.Ordinal));
            Assert.Contains(entered.Stdout, line => line.StartsWith("mcp-init ", StringComparison.Ordinal));
            up = await log.WaitFor("up after", up, Patience.Long);
            await machine.Succeed("curl", "--silent", "--fail-with-body", "--request", "POST", "--unix-socket", "/run/docker.sock",
                $"http://docker/containers/{id}/kill");
        }
        Assert.Equal(Starts, log.Lines.Count(line => line.Text.Contains("controllers: memory, pids, cpu", StringComparison.Ordinal)));
        await machine.Succeed("docker", "rm", "-f", "raced");
        await log.Signal(15);
    }

    [Theory]
    [InlineData("--privileged")]
    [InlineData("--cap-add=SYS_RESOURCE")]
    public async Task At_the_containers_memory_limit_a_service_dies_and_mcp_init_lives(string option)
    {
        // After its second death the service stays down: at the cap, everything in the container is slow, a stop too.
        await using var container = await Up("""
            [restart]
            backoff = { initial = "100ms", factor = 100.0 }
            breaker = { failures = 1000 }
            [service.hog]
            command = ["/tests/hog", "1000", "--quiet"]
            [service.other]
            command = ["/tests/hang"]
            """, "--memory", "64m", option);
        var dead = await container.Command.WaitForLog("hog", "killed by SIGKILL", limit: Patience.Long);
        await container.Command.WaitForLog("hog", "killed by SIGKILL", dead, Patience.Long);
        if (option == "--privileged")
            Assert.All(
                container.Command.Lines.Logged("hog", "exited after"),
                line => Assert.Contains("out of memory: the container's memory limit", line.Text, StringComparison.Ordinal));
        Assert.Equal(0, await container.Stop());
        // While the hog's memory is being freed, the kernel may kill the small service too; nothing else ends it before the stop.
        if (option == "--privileged")
            Assert.All(
                container.Command.Lines.Logged("other", "exited after").SkipLast(1),
                line => Assert.Contains("out of memory: the container's memory limit", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task At_the_containers_limit_of_tasks_it_still_stops_in_order()
    {
        await using var container = await Up("""
            [service.other]
            command = ["/tests/hang"]
            [service.bomb]
            command = ["/tests/bomb", "300"]
            after = ["other"]
            stop_timeout = "500ms"
            """, "--pids-limit", "50");
        await container.Command.WaitForAll("bomb got no further than", "Resource temporarily unavailable");
        // There may be room for the command at that moment; otherwise Docker reports that there is none, or the runtime of our binary
        // exits with 255.
        var executed = await container.Exec("/mcp-init", "--version");
        Assert.True(executed.Code is 0 or 126 or 255, $"{executed.Code}: {string.Join('\n', executed.Lines)}");
        await container.Kill("HUP");
        await container.Command.WaitForLog("", "reloaded: restarting none, starting none, removing none");
        Assert.Equal(0, await container.Stop());
        Assert.Equal(["bomb", "other"], container.Command.Lines.ServicesWith("stopped").Order(StringComparer.Ordinal));
    }

    private Task<RunningContainer> Up(string toml, params string[] options) => RunningContainer.UpOn(machine, "docker", toml, options);
}
