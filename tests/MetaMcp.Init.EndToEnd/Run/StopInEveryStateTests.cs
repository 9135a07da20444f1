using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>A stop comes while a service is in any of its states; the init ends with 0, in time, and no process is left.</summary>
public sealed class StopInEveryStateTests
{
    private const string HangingProbe = """["/bin/sh", "-c", "sleep 1h & wait"]""";

    /// <summary>The state, the service, and the words in the log after which the service is in that state.</summary>
    public static TheoryData<string, string, string> States => new()
    {
        { "starting, by notify-fd", "command = [\"%notify\", \"fd\", \"%/never\"]\nready = \"notify-fd\"", "started" },
        { "starting, by sd-notify", "command = [\"%notify\", \"sd\", \"%/never\"]\nready = \"sd-notify\"", "started" },
        { "starting, a probe hangs", $"command = [\"%hang\"]\nprobe = {{ exec = {HangingProbe}, timeout = \"1h\" }}", "started" },
        { "starting, no probe has succeeded", "command = [\"%hang\"]\nprobe = { tcp = \"127.0.0.1:9\" }", "started" },
        { "ready", "command = [\"%hang\"]", "ready" },
        { "ready, a probe hangs",
            $"command = [\"%hang\"]\nready = \"started\"\nprobe = {{ exec = {HangingProbe}, interval = \"10ms\", timeout = \"1h\" }}",
            "ready" },
        { "ready, a probe has failed",
            "command = [\"%hang\"]\nready = \"started\"\nprobe = { exec = [\"/bin/false\"], interval = \"1h\", retries = 2 }",
            "probe failed (1 of 2)" },
        { "stopping, for it is unhealthy",
            "command = [\"%ignore-term\"]\nready = \"started\"\nprobe = { exec = [\"/bin/false\"], interval = \"10ms\", retries = 1 " +
            "}\nstop_timeout = \"1s\"", "stopping with SIGTERM" },
        { "stopping, its stop_command hangs",
            "command = [\"%hang\"]\nready = \"started\"\nprobe = { exec = [\"/bin/false\"], interval = \"10ms\", retries = 1 " +
            "}\nstop_command = [\"/bin/sleep\", \"1h\"]\nstop_timeout = \"1s\"", "stopping with SIGTERM" },
        { "killing",
            "command = [\"%ignore-term\"]\nready = \"started\"\nprobe = { exec = [\"/bin/false\"], interval = \"10ms\", retries = 1 " +
            "}\nstop_timeout = \"100ms\"", "killed, it did not stop within" },
        { "draining", "command = [\"/bin/sh\", \"-c\", \"%ignore-term & sleep 0.2; exit 1\"]\nstop_timeout = \"1s\"",
            "ending the processes that it left behind" },
        { "draining, a daemon", "command = [\"/bin/sh\", \"-c\", \"%daemonise --ignore-term; exit 0\"]\nstop_timeout = \"1s\"",
            "ending the processes that it left behind" },
        { "purging", "command = [\"/bin/sh\", \"-c\", \"%ignore-term & sleep 0.2; exit 1\"]\nstop_timeout = \"100ms\"",
            "killed the processes that it left behind" },
        { "backing off", "command = [\"%exits\", \"3\"]\nrestart = { policy = \"always\", backoff = { initial = \"1h\", max = \"1h\" } }",
            "restarting in" },
        { "circuit open",
            "command = [\"%exits\", \"3\"]\nrestart = { policy = \"always\", backoff = { initial = \"1ms\" }, breaker = { failures = 2, " +
            "window = \"1m\", open_for = \"1h\" } }", "circuit open after" },
        { "circuit half-open",
            "command = [\"%exits\", \"fails-until\", \"%/count\", \"2\"]\nrestart = { policy = \"always\", backoff = { initial = \"1ms\" " +
            "}, breaker = { failures = 2, window = \"1m\", open_for = \"10ms\" } }", "circuit half-open" },
        { "a oneshot runs", "type = \"oneshot\"\ncommand = [\"/bin/sleep\", \"1h\"]", "started" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task It_ends_with_0_in_time_and_leaves_nothing(string state, string attributes, string word)
    {
        await Ends(state, attributes, word, inCgroup: false);
        await Ends(state, attributes, word, inCgroup: true);
    }

    private static async Task Ends(string state, string attributes, string word, bool inCgroup)
    {
        using var files = new Installation($"""
            [service.a]
            {attributes}
            [service.dependent]
            command = ["%hang"]
            depends_on = ["a"]
            [service.other]
            command = ["%hang"]
            """) { OwnCgroup = inCgroup };
        // As the child of a shell, which sees the processes that are left; after a PID 1 the kernel would remove them.
        const string Script =
            "\"$0\" \"$@\"; code=$?; for p in /proc/[0-9]*; do read -r line < $p/stat && echo \"left: $line\"; done; exit $code";
        await using var init = await InitProcess.Start(files.Setup with
        {
            OwnNetwork = true,
            Program = "/bin/sh",
            Arguments = ["-c", Script, Files.Binary, .. files.Setup.Arguments],
        });
        await init.WaitForLog("a", word);
        var start = Stopwatch.StartNew();
        Native.Signal(init.Processes().Single(process => process.Parent == init.Pid).Pid, 15);
        Assert.Equal(0, await init.WaitForExit());
        var said = $"{state}{(inCgroup ? ", in a cgroup" : "")}: {start.ElapsedMilliseconds} ms";
        // Each timeout of the services is a second or less; a service that waits for another would wait for ten seconds or an hour.
        Assert.True(start.Elapsed < TimeSpan.FromSeconds(8), $"{said}\n{string.Join('\n', init.Lines.Select(line => line.Text))}");
        var left = init.Stdout.Where(
            line => line.StartsWith("left: ", StringComparison.Ordinal) && !line.StartsWith("left: 1 ", StringComparison.Ordinal));
        Assert.True(!left.Any(), $"{said}\n{string.Join('\n', init.Lines.Select(line => line.Text))}");
        Assert.Equal(init.Lines.Logged("a", "started (pid").Count, init.Lines.Logged("a", "exited after").Count);
    }
}
