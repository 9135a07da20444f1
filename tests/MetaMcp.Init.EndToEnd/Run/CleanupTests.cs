using System.Diagnostics;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>How runs that are to be replaced end, in their turn and in time, and which services wait for which.</summary>
public sealed class CleanupTests
{
    [Fact]
    public async Task Only_so_many_are_ended_at_once_and_all_are_replaced()
    {
        using var files = new Installation("""
            [shutdown]
            max_concurrent = 3
            [restart]
            backoff = { initial = "10ms" }
            [health]
            interval = "200ms"
            retries = 1

            """ + string.Join('\n', Enumerable.Range(1, 12).Select(n => $$"""
            [service.s{{n}}]
            command = ["/bin/sh", "-c", "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done"]
            restart = "always"
            probe = { exec = ["/usr/bin/test", "-e", "%/well"] }
            """)));
        files.Open("well");
        await using var init = await files.Start();
        var up = await init.WaitForLog("", "up after");
        File.Delete(files["well"]);
        for (var n = 1; n <= 12; n++)
            await init.WaitForLog($"s{n}", "unhealthy", up);
        files.Open("well");
        for (var n = 1; n <= 12; n++)
            await init.WaitForLog($"s{n}", "ready", up);
        int now = 0, most = 0;
        foreach (var line in init.Lines)
        {
            now += Regex.IsMatch(line.Text, @"s\d+: stopping") ? 1 : Regex.IsMatch(line.Text, @"s\d+: exited") ? -1 : 0;
            most = Math.Max(most, now);
        }
        Assert.Equal(3, most);
        Assert.Equal(0, now);
    }

    [Fact]
    public async Task Processes_left_behind_are_told_by_number_and_name()
    {
        using var files = new Installation("""
            [service.a]
            command = ["/bin/sh", "-c", '''
            sleep 1000 & sleep 1000 & sh -c "sleep 1000; true" &
            until [ "$(grep -l ^sleep /proc/[0-9]*/comm 2>/dev/null | wc -l)" = 3 ]; do :; done
            ''']
            restart = "never"
            [service.b]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("a", "ending the processes that it left behind: 3 sleep, 1 sh (4 processes)");
    }

    [Fact]
    public async Task Beside_a_stop_command_that_hangs_the_signal_is_sent_after_half_of_the_time()
    {
        using var files = new Installation("""
            [service.a]
            command = ["%hang"]
            stop_command = ["%hang"]
            stop_timeout = "2s"
            """);
        await using var init = await files.Start();
        await init.WaitFor("hanging");
        var start = Stopwatch.GetTimestamp();
        init.Signal(15);
        await init.WaitForLog("a", "stop_command still runs after 1s; the stop signal is sent beside it");
        await init.WaitForLog("a", "killed by SIGTERM");
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(0.95), TimeSpan.FromSeconds(1.95));
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task After_so_many_restarts_it_has_failed_for_good_and_the_system_is_degraded()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            [service.weak]
            command = ["%hang"]
            restart = { max_restarts = 2 }
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        var seen = await init.WaitForLog("", "up after");
        for (var run = 0; run < 3; run++)
        {
            await Kill(init, "weak");
            seen = await init.WaitForLog("weak", "exited", seen);
            if (run < 2)
                seen = await init.WaitForLog("weak", "ready", seen);
        }
        await init.WaitForLog("weak", "failed: killed by SIGKILL, after its max_restarts of 2", seen);
        await init.WaitForLog("", "degraded: without weak", seen);
        init.Signal(10);
        await init.WaitForAll("1 of 2 services active", "degraded: without weak");
        Assert.Equal(3, init.Lines.Logged("weak", "started (pid").Count);
    }

    [Fact]
    public async Task A_dependent_that_backs_off_waits_for_its_dependency()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms", jitter = 0.0 }
            [service.base]
            command = ["%hang"]
            probe = { exec = ["/usr/bin/test", "-e", "%/well"], interval = "1h" }
            [service.dependent]
            command = ["%hang"]
            depends_on = ["base"]
            [service.other]
            command = ["%hang"]
            """);
        files.Open("well");
        await using var init = await files.Start();
        var up = await init.WaitForLog("", "up after");
        File.Delete(files["well"]);
        await Kill(init, "base");
        await init.WaitForLog("base", "started", up);
        await Kill(init, "dependent");
        var backingOff = await init.WaitForLog("dependent", "restarting in", up);
        // By the restart of "other", "dependent" would have started too: its delay ends earlier.
        await Kill(init, "other");
        await init.WaitForLog("other", "ready", backingOff);
        await init.WaitForLog("dependent", "waits for base before it is started again", backingOff);
        Assert.Single(init.Lines.Logged("dependent", "started (pid"));
        files.Open("well");
        var again = await init.WaitForLog("base", "ready", up);
        await init.WaitForLog("dependent", "started", again);
    }

    private static async Task Kill(InitProcess init, string service)
    {
        await init.WaitForLog(service, "started (pid");
        Native.Signal(init.Inside(Log.PidIn(init.Lines.Logged(service, "started (pid")[^1])).Pid, 9);
    }
}
