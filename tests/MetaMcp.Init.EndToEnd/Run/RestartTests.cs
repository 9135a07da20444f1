using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed partial class RestartTests
{
    [Fact]
    public async Task A_crash_is_followed_by_another_start_after_a_growing_wait()
    {
        using var files = new Installation("""
            [startup]
            retries = 9
            [restart]
            backoff = { initial = "20ms", factor = 2.0, jitter = 0.0 }
            breaker = { failures = 1000 }
            [service.shaky]
            command = ["%exits", "fails-until", "%/count", "4"]
            ready = "notify-fd"
            start_timeout = "30s"
            """);
        await using var init = await files.Start();
        await init.WaitFor("attempt 5");
        var waits = init.Lines.Logged("shaky", "restarting in")
            .Select(line => double.Parse(Seconds().Match(line.Text).Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal([0.02, 0.04, 0.08, 0.16], waits);
    }

    [Fact]
    public async Task A_running_service_that_is_killed_is_started_again()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.victim]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        var first = await init.WaitForLog("victim", "ready");
        Native.Signal(init.Inside(Log.PidIn(first)).Pid, 9);
        await init.WaitForLog("victim", "SIGKILL");
        var second = await init.WaitForLog("victim", "ready", first);
        Assert.NotEqual(Log.PidIn(first), Log.PidIn(second));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Processes_that_a_crash_leaves_behind_are_ended_before_the_next_start()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["/bin/sh", "-c", "%ignore-term & exec %hang parent"]
            stop_timeout = "200ms"
            """);
        await using var init = await files.Start();
        var ignoring = await init.WaitFor("ignoring");
        await init.WaitFor("family   | parent");
        var started = init.Lines.Logged("family", "started")[0];
        Native.Signal(init.Inside(Log.PidIn(started)).Pid, 9);
        await init.WaitFor("ignoring", ignoring);
        Assert.Single(init.Processes(), process => process.Name == "ignore-term");
        var killed = init.Lines.IndexOfLog("family", "killed the processes that it left");
        Assert.True(killed < init.Lines.Logged("family", "started")[1].Index);
    }

    [Fact]
    public async Task Processes_that_a_crash_leaves_behind_may_end_unnoticed_by_the_init()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.family]
            command = ["%abandon"]
            stop_timeout = "200ms"
            """);
        await using var init = await files.Start();
        var first = await init.WaitFor("abandoned");
        await init.WaitFor("abandoned", first);
    }

    [Theory]
    [InlineData("on-failure", "0", "finished")]
    [InlineData("never", "5", "failed")]
    public async Task An_end_that_the_policy_accepts_is_final(string policy, string code, string what)
    {
        using var files = new Installation($"""
            [service.brief]
            command = ["/bin/sh", "-c", "until test -e %/go; do sleep 0.01; done; exit {code}"]
            restart = "{policy}"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("brief", "ready");
        files.Open("go");
        await init.WaitForLog("brief", what);
        Assert.Single(init.Lines.Logged("brief", "started"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task With_always_a_good_end_is_followed_by_another_start_too()
    {
        using var files = new Installation("""
            [service.loop]
            command = ["/bin/sh", "-c", "echo turn; exit 0"]
            restart = { policy = "always", backoff = { initial = "10ms" } }
            """);
        await using var init = await files.Start();
        var first = await init.WaitFor("loop     | turn");
        var second = await init.WaitFor("loop     | turn", first);
        await init.WaitFor("loop     | turn", second);
    }

    [Fact]
    public async Task A_required_service_that_is_gone_for_good_ends_the_rest_with_its_code()
    {
        using var files = new Installation("""
            [service.main]
            command = ["/bin/sh", "-c", "until test -e %/go; do sleep 0.01; done; exit 17"]
            required = true
            restart = "never"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Open("go");
        Assert.Equal(17, await init.WaitForExit());
        Assert.True(init.Lines.HasLogged("other", "stopped"));
    }

    [GeneratedRegex(@"restarting in ([\d.]+) s")]
    private static partial Regex Seconds();
}
