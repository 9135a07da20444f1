using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Services of another user do all their hostile acts at once, beside services that go on with their work.</summary>
[Collection(LoudTests.Name)]
public sealed class HostileTests
{
    private const int Seconds = 60;

    private const string Pretending =
        "while :; do (MCP_INIT_INSTANCE=$(echo $MCP_INIT_INSTANCE | cut -d- -f1,2)-1 setsid sleep 1 &); sleep 0.05; done";

    [Fact]
    public async Task A_minute_of_everything_changes_nothing()
    {
        var working = string.Concat(Enumerable.Range(0, 9).Select(i => $"[service.work{i}]\ncommand = [\"%hang\"]\n"));
        var crashing = string.Concat(Enumerable.Range(0, 4).Select(i => $$"""
            [service.crash{{i}}]
            command = ["sh", "-c", "sleep 0.{{i + 2}}; exit 3"]
            restart = { policy = "always", backoff = { initial = "100ms", max = "100ms" }, breaker = { failures = 1000 } }

            """));
        using var files = new Installation($"""
            [init]
            runtime_dir = "/proc/none"
            orphan_grace = "1s"
            [startup]
            timeout = "10m"
            {working}{crashing}
            [service.waiting]
            command = ["%hang"]
            ready = "sd-notify"
            user = "daemon"
            start_timeout = "10m"
            [service.notifying]
            command = ["%say", "READY=1"]
            ready = "sd-notify"
            [service.gate]
            type = "oneshot"
            command = ["sh", "-c", "until [ -e %/gate ]; do sleep 0.05; done"]
            {Evil("floods", "%say", "--to-others", "--flood", $"{Seconds}", "READY=1")}
            {Evil("gives", "timeout", $"{Seconds}", "%say", "--to-others", "--fds", "200", "--times", "1000000", "READY=1")}
            {Evil("talks", "timeout", $"{Seconds}", "%flood", "0")}
            {Evil("forks", "timeout", $"{Seconds}", "sh", "-c", "while :; do (setsid env -i sleep 1 &); sleep 0.02; done")}
            {Evil("pretends", "timeout", $"{Seconds}", "sh", "-c", Pretending)}
            """);
        await using var init = await InitProcess.Start(files.Setup with { Limits = [("nofile", 512)] });
        await init.WaitForLog("notifying", "ready");
        await init.WaitForLog("gate", "started");
        var before = Usage(init);
        files.Open("gate");
        await init.WaitForAll("floods", "flooding");

        // A status is requested all the time, and must come as fast as a stop would be handled.
        var late = new List<TimeSpan>();
        while (!init.Lines.Any(
            line => line.Text.StartsWith("floods ", StringComparison.Ordinal) && line.Text.EndsWith("flooded", StringComparison.Ordinal)))
        {
            var last = init.Lines[^1];
            var asked = Stopwatch.GetTimestamp();
            init.Signal(10);
            await init.WaitForLog("", "status: ", last, Patience.Usual);
            late.Add(Stopwatch.GetElapsedTime(asked));
            await init.WaitForLog("crash0", "started", last);
        }
        late.Sort();
        Assert.InRange(late[late.Count / 2], TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        var end = init.Lines[^1];
        foreach (var evil in (string[])["floods", "gives", "talks", "forks", "pretends"])
            Assert.True(init.Lines.HasLogged(evil, "started"));
        await init.WaitForLog("crash3", "exit code 3", end);
        Assert.False(init.Lines.HasLogged("waiting", "ready"));
        Assert.Empty(init.Lines.ServicesWith("failed:"));
        Assert.DoesNotContain(init.Lines.ServicesWith("exited"), name => name.StartsWith("work", StringComparison.Ordinal));
        await Patience.Until(() => Usage(init).Descriptors <= before.Descriptors + 16, "the descriptors are back");
        Assert.InRange(Usage(init).Kilobytes - before.Kilobytes, -100_000, 8 * 1024);

        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        // Every status came once.
        foreach (var name in Enumerable.Range(0, 4).Select(i => $"crash{i}"))
            Assert.Equal(init.Lines.Logged(name, "started (pid").Count, init.Lines.Logged(name, "exited after").Count);
    }

    private static string Evil(string name, params string[] command) => $"""
        [service.{name}]
        command = [{string.Join(", ", command.Select(word => $"\"{word}\""))}]
        user = "nobody"
        after = ["gate"]
        restart = "never"
        success_exit_codes = [124]

        """;

    private static (int Descriptors, long Kilobytes) Usage(InitProcess init) => (
        Directory.GetFileSystemEntries($"/proc/{init.Pid}/fd").Length,
        long.Parse(
            ProcessInfo.Status($"/proc/{init.Pid}/status")["VmRSS"]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
}
