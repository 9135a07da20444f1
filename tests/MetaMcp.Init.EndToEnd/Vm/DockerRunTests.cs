using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>The life of a container under <c>docker run</c>: its start, its signals, and its end.</summary>
[Collection(ContainerMachineTests.Name)]
public sealed class DockerRunTests(ContainerMachine machine)
{
    private const string TwoServices = """
        [service.db]
        command = ["/tests/hang"]
        [service.app]
        command = ["/tests/hang"]
        depends_on = ["db"]
        """;

    [Fact]
    public async Task Without_options_limits_are_kept_by_looking_and_the_reason_is_said()
    {
        await using var container = await Up("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.hog]
            command = ["/tests/hog", "200", "--quiet"]
            memory_max = "32MiB"
            [service.other]
            command = ["/tests/hang"]
            memory_max = "32MiB"
            """);
        var warning = Assert.Single(container.Command.Lines.Logged("", "LIMITS NOT ENFORCED BY THE KERNEL"));
        Assert.Contains("/sys/fs/cgroup is mounted read-only; ", warning.Text, StringComparison.Ordinal);
        Assert.Contains("docker run --security-opt writable-cgroups=true", warning.Text, StringComparison.Ordinal);
        var ended = await container.Command.WaitForLog("hog", "ended, over its memory_max of 32MiB", limit: Patience.Long);
        await container.Command.WaitForLog("hog", "started", ended, Patience.Long);

        var (code, facts, findings) = await container.Doctor();
        Assert.Equal(1, code);
        // Docker's profile refuses clone3, and services have started all the same.
        Assert.Equal("ENOSYS", facts.GetProperty("calls").GetProperty("clone3").GetString());
        Assert.Equal("warning", findings["cgroup-read-only"].GetProperty("severity").GetString());
        Assert.StartsWith("--security-opt writable-cgroups=true",
            findings["cgroup-read-only"].GetProperty("remedies").GetProperty("docker").GetString(), StringComparison.Ordinal);
        Assert.Equal(["docker"], facts.GetProperty("containers").EnumerateArray().Select(mark => mark.GetString()));
        Assert.All(["pid-1", "calls", "runtime-dir"], id => Assert.Equal("ok", findings[id].GetProperty("severity").GetString()));

        Assert.Equal(0, await container.Stop());
        Assert.Single(container.Command.Lines.Logged("other", "started"));
    }

    [Fact]
    public async Task A_reload_and_a_report_leave_it_up_and_a_stop_goes_from_dependents_to_dependencies_in_time_and_ends_with_0()
    {
        await using var container = await Up(TwoServices + """

            [service.stubborn]
            command = ["/tests/ignore-term"]
            depends_on = ["app"]
            stop_timeout = "1s"
            """);
        // One signal reads the file again, which has not changed; the other asks for a report. The container stays up.
        await container.Kill("HUP", "USR1");
        await container.Command.WaitForLog("", "reloaded: restarting none, starting none, removing none");
        await container.Command.WaitForLog("", "status: running, up ");
        Assert.Equal(0, await container.Stop());
        var lines = container.Command.Lines;
        Assert.Equal(["stubborn", "app", "db"], lines.ServicesWith("stopped"));
        Assert.True(lines.HasLogged("stubborn", "killed, it did not stop within 1s"));
        Assert.True(lines.IndexOfLog("stubborn", "stopped") < lines.IndexOfLog("app", "stopping with SIGTERM"));
        Assert.True(lines.IndexOfLog("app", "stopped") < lines.IndexOfLog("db", "stopping with SIGTERM"));
        Assert.InRange(Seconds(container, "down after"), 1, 4);
    }

    [Fact]
    public async Task A_required_service_that_fails_gives_the_container_its_exit_code()
    {
        await using var container = await RunningContainer.StartOn(machine, "docker", """
            [restart]
            policy = "never"
            [service.other]
            command = ["/tests/hang"]
            [service.needed]
            command = ["/tests/exits", "7"]
            after = ["other"]
            required = true
            """);
        Assert.Equal(7, await container.Command.WaitForExit(Patience.Long));
        Assert.True(container.Command.Lines.HasLogged("other", "stopped"));
    }

    [Theory]
    [InlineData("INT", "shutting down (SIGINT)", "stopping with SIGTERM")]
    [InlineData("TERM", "shutting down (SIGTERM)", "stopping with SIGTERM")]
    [InlineData("QUIT", "shutting down (SIGQUIT)", "stopping with SIGTERM")]
    public async Task Three_signals_end_it(string signal, string said, string way)
    {
        await using var container = await Up(TwoServices);
        await container.Kill(signal);
        Assert.Equal(0, await container.Command.WaitForExit(Patience.Long));
        var lines = container.Command.Lines;
        Assert.True(lines.HasLogged("", said));
        Assert.True(lines.HasLogged("db", way) && lines.HasLogged("app", way));
    }

    [Fact]
    public async Task Every_signal_is_forwarded_to_the_one_command()
    {
        await using var container = await RunningContainer.Start(machine, "docker", [], "--", "/tests/signals", "--exit-on", "15");
        await container.Command.WaitFor("start pid", limit: Patience.Long);
        await container.Kill("HUP", "USR1", "QUIT", "INT", "TERM");
        Assert.Equal(42, await container.Command.WaitForExit(Patience.Long));
        Assert.Equal(["signal 1", "signal 10", "signal 3", "signal 2", "signal 15"], container.Command.Stdout.Skip(1));
    }

    [Fact]
    public async Task Ctrl_C_on_a_terminal_ends_it_in_order()
    {
        await using var container = await Up(TwoServices, "--interactive", "--tty");
        await container.Command.Type("\x03");
        Assert.Equal(0, await container.Command.WaitForExit(Patience.Long));
        // The line follows the terminal's own echo, ^C.
        await container.Command.WaitFor("shutting down (SIGINT)");
        Assert.Equal(["app", "db"], container.Command.Lines.ServicesWith("stopped"));
    }

    [Fact]
    public async Task Ctrl_C_on_a_terminal_reaches_the_one_command()
    {
        await using var container =
            await RunningContainer.Start(machine, "docker", ["--interactive", "--tty"], "--", "/tests/signals", "--exit-on", "2");
        var start = await container.Command.WaitFor("start pid", limit: Patience.Long);
        await container.Command.Type("\x03");
        Assert.Equal(42, await container.Command.WaitForExit(Patience.Long));
        await container.Command.WaitFor("signal 2", start);
    }

    [Theory]
    [InlineData("uid=65534,65534", "--user", "65534", "--read-only")]
    [InlineData("CapEff=0000000000000000", "--cap-drop", "ALL")]
    public async Task It_comes_up_and_stops_with_little(string seen, params string[] options)
    {
        await using var container = await Up(TwoServices + """

            [service.attributes]
            type = "oneshot"
            command = ["/tests/attributes"]
            """, options);
        await container.Command.WaitFor(seen);
        Assert.Equal(0, await container.Stop());
        Assert.Equal(["app", "db"], container.Command.Lines.ServicesWith("stopped"));
    }

    [Fact]
    public async Task Behind_dockers_own_init_it_collects_what_its_services_leave_and_stops_in_order()
    {
        await using var container = await Up(TwoServices + """

            [service.family]
            command = ["/tests/daemonise"]
            memory_max = "32MiB"
            """, "--init");
        // The daemon's parent is gone; the daemon reports the SIGTERM that it gets.
        await container.Command.WaitFor("daemon got 15");
        Assert.Contains("mcp-init is not PID 1 here", Assert.Single(container.Command.Lines.Logged("", "LIMITS NOT ENFORCED")).Text,
            StringComparison.Ordinal);
        var (_, facts, findings) = await container.Doctor();
        Assert.Equal("docker-init", facts.GetProperty("pid_1").GetString());
        Assert.Contains("not-pid-1", findings);
        Assert.Equal(0, await container.Stop());
        Assert.Equal(["app", "db"], container.Command.Lines.ServicesWith("stopped"));
    }

    [Fact]
    public async Task In_the_machines_PID_namespace_nothing_of_the_machine_is_moved_or_ended()
    {
        var bystander = await machine.Machine.Start("/tests/daemonise", "--stay");
        await bystander.WaitFor("staying");
        // Privileged, in the machine's own cgroup namespace, the init may do anything.
        await using var container = await Up("""
            [service.one]
            command = ["/tests/hang"]
            memory_max = "32MiB"
            """, "--pid", "host", "--privileged", "--cgroupns", "host");
        Assert.Contains(
            "mcp-init is not PID 1 here, and the cgroup is shared with what started it",
            Assert.Single(container.Command.Lines.Logged("", "LIMITS NOT ENFORCED")).Text, StringComparison.Ordinal);
        Assert.Equal(
            ["absent"],
            (await machine.Succeed("sh", "-c", "test -e /sys/fs/cgroup/init -o -e /sys/fs/cgroup/workload || echo absent")).Stdout);
        Assert.Equal(0, await container.Stop());
        Assert.Equal(["2"], (await machine.Succeed("pgrep", "--count", "--full", "^/tests/daemonise --stay")).Stdout);
        await bystander.Signal(9);
    }

    private static double Seconds(RunningContainer container, string what) =>
        double.Parse(
            Assert.Single(container.Command.Lines.Logged("", what)).Text.Split(what + " ")[1].Split(' ')[0],
            System.Globalization.CultureInfo.InvariantCulture);

    private Task<RunningContainer> Up(string toml, params string[] options) => RunningContainer.UpOn(machine, "docker", toml, options);
}
