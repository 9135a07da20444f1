using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Harm that services do to themselves, which must not harm the init.</summary>
public sealed class RecoveryTests
{
    [Theory]
    [InlineData("always")]
    [InlineData("on-failure")]
    public async Task Of_a_service_that_daemonises_itself_nothing_runs_beside_what_follows(string policy)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            [service.old]
            command = ["%daemonise"]
            restart = "{{policy}}"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        var daemon = await init.WaitFor("daemon pid");
        await init.WaitForLog("old", "ending the processes that it left behind");
        await init.WaitFor("daemon got 15", daemon);
        if (policy == "always")
        {
            await init.WaitForLog("old", "exited with 0; restarting");
            await init.WaitFor("daemon pid", daemon);
        }
        else
        {
            await init.WaitForLog("old", "finished, exit code 0, and is not restarted");
        }
        Assert.False(init.IsAlive(int.Parse(daemon.Text.Split(' ')[^1], CultureInfo.InvariantCulture)));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Health_that_is_good_and_bad_in_turn_is_never_bad_often_enough()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["/bin/sh", "-c", "echo >> %/asked; test $(($(wc -l < %/asked) % 2)) = 1"], interval = "30ms", retries = 2 }
            """);
        await using var init = await files.Start();
        var well = await init.WaitForLog("a", "ready");
        for (var turn = 0; turn < 15; turn++)
            well = await init.WaitForLog("a", "healthy again, after 1 probe", await init.WaitForLog("a", "probe failed (1 of 2)", well));
        Assert.False(init.Lines.HasLogged("a", "probe failed (2 of 2)"));
        Assert.Single(init.Lines.Logged("a", "started"));
    }

    [Fact]
    public async Task A_probe_that_hangs_is_gone_before_the_next_one_begins()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            ready = "started"
            probe.interval = "10ms"
            probe.timeout = "10ms"
            probe.retries = 1000
            probe.exec = ["/bin/sh", "-c", '''
                for p in $(cat %/pids 2>/dev/null); do test -d /proc/$p && touch %/overlap; done
                sleep 1h & echo $$ $! >> %/pids; wait''']
            """);
        await using var init = await files.Start();
        await init.WaitForLog("a", "probe failed (4 of 1000)");
        Assert.False(File.Exists(files["overlap"]), init.Lines.Count.ToString(CultureInfo.InvariantCulture));
        Assert.InRange(init.Processes().Count(process => process.Name == "sleep" && process.State != 'Z'), 0, 1);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    /// <summary>A frozen service takes no signal but SIGKILL; its probe joins the cgroup and freezes as well.</summary>
    [Fact]
    public async Task A_frozen_service_is_replaced_within_five_seconds()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            probe = { exec = ["/usr/bin/test", "-d", "/"], interval = "200ms", timeout = "200ms", retries = 2 }
            stop_timeout = "500ms"
            """) { OwnCgroup = true };
        await using var init = await files.Start();
        var ready = await init.WaitForLog("a", "ready");
        var frozen = Stopwatch.StartNew();
        await Freeze(init, "a");
        await init.WaitForLog("a", "ready", ready);
        TestContext.Current.TestOutputHelper?.WriteLine($"from frozen to the replacement ready: {frozen.ElapsedMilliseconds} ms");
        Assert.InRange(frozen.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.True(init.Lines.HasLogged("a", "unhealthy: 2 probes in a row failed"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Equal(2, init.Lines.Logged("a", "exited after").Count);
    }

    [Fact]
    public async Task A_frozen_service_ends_with_all_others()
    {
        using var files = new Installation("""
            [service.a]
            command = ["/bin/sh", "-c", "%ignore-term & exec %signals --exit-on 15"]
            stop_timeout = "300ms"
            """) { OwnCgroup = true };
        await using var init = await files.Start();
        await init.WaitFor("ignoring");
        await init.WaitFor("start pid=");
        await Freeze(init, "a");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.True(init.Lines.HasLogged("a", "killed, it did not stop within 300ms"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("restart_with = [\"base\"]")]
    public async Task A_dependency_that_dies_while_its_dependents_start_keeps_no_service_from_coming_up(string attribute)
    {
        using var files = new Installation($$"""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.base]
            command = ["%hang"]
            [service.first]
            command = ["%notify", "fd", "%/go"]
            ready = "notify-fd"
            depends_on = ["base"]
            {{attribute}}
            [service.second]
            command = ["%hang"]
            depends_on = ["first"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("first    | before ready");
        var baseReady = await init.WaitForLog("base", "ready");
        Native.Signal(init.Inside(Log.PidIn(baseReady)).Pid, 9);
        await init.WaitForLog("base", "ready", baseReady);
        if (attribute.Length > 0)
            await init.WaitFor("first    | before ready", await init.WaitForLog("first", "restarting with base"));
        files.Open("go");
        await init.WaitForLog("", "up after");
        Assert.Equal(attribute.Length > 0 ? 2 : 1, init.Lines.Logged("first", "started").Count);
        Assert.Single(init.Lines.Logged("second", "started"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.Equal(["second", "first", "base"], init.Lines.ServicesWith("stopped"));
    }

    private static async Task Freeze(InitProcess init, string service)
    {
        var directory = Path.Combine(init.Cgroup, "workload", service);
        await File.WriteAllTextAsync(Path.Combine(directory, "cgroup.freeze"), "1");
        await Patience.Until(
            () => File.ReadAllText(Path.Combine(directory, "cgroup.events"))
            .Contains("frozen 1", StringComparison.Ordinal), "it is frozen");
    }
}
