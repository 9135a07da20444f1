using System.Diagnostics;
using System.Globalization;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Two minutes in which any process of the tree may be killed, stopped or broken at any moment. Then every service runs that should,
/// nothing else runs, and all of it ends when asked. With cgroups the init is PID 1; without them it is the child of a shell, which sees
/// the processes that are left (the kernel would remove them after a PID 1).
/// </summary>
public sealed class RandomKillTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    /// <summary>Longer than all stop_timeouts one after the other, on a busy machine.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>Ends everything if the tests themselves are killed; the test kills every process but this one.</summary>
    private const string Watchdog = "sleep";

    private const string Toml = """
        [restart]
        policy = "always"
        backoff = { initial = "20ms", factor = 2.0, max = "200ms" }
        breaker = { failures = 1000, window = "10s" }
        [shutdown]
        timeout = "25s"
        term_timeout = "1s"
        [health]
        interval = "300ms"
        timeout = "500ms"
        retries = 2
        [service.watchdog]
        command = ["/bin/sleep", "200"]
        required = true
        restart = "never"
        [service.plain]
        command = ["%hang"]
        [service.user]
        command = ["%hang"]
        user = "54020"
        [service.workers]
        command = ["/bin/sh", "-c", "for i in 1 2 3; do %hang & done; wait"]
        [service.churning]
        command = ["/bin/sh", "-c", "while :; do sleep 0.2; done"]
        [service.sessions]
        command = ["/bin/sh", "-c", "setsid %hang & setsid %ignore-term & exec %hang"]
        stop_timeout = "300ms"
        [service.deep]
        command = ["/bin/sh", "-c", "setsid /bin/sh -c '%hang & setsid %ignore-term & wait' & exec %hang"]
        stop_timeout = "300ms"
        [service.daemonising]
        command = ["/bin/sh", "-c", "%daemonise; sleep 0.5; exit 0"]
        [service.staying]
        command = ["%daemonise", "--stay", "--ignore-term"]
        stop_timeout = "300ms"
        [service.orphans]
        command = ["/bin/sh", "-c", "%forkmany orphans 5; exec %hang"]
        [service.slow]
        command = ["/bin/sh", "-c", "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done"]
        [service.stubborn]
        command = ["%ignore-term"]
        stop_timeout = "300ms"
        [service.crashing]
        command = ["/bin/sh", "-c", "sleep 0.3; exit 3"]
        [service.breaking]
        command = ["/bin/sh", "-c", "setsid %hang & sleep 0.3; kill -SEGV $$"]
        [service.base]
        command = ["%hang"]
        [service.middle]
        command = ["%notify", "sd"]
        ready = "sd-notify"
        depends_on = ["base"]
        restart_with = ["base"]
        [service.top]
        command = ["%notify", "fd"]
        ready = "notify-fd"
        depends_on = ["middle"]
        restart_with = ["middle"]
        stop_command = ["/bin/sh", "-c", "sleep 0.05; kill -TERM $MAINPID"]
        [service.beside]
        command = ["%hang"]
        depends_on = ["base"]
        after = ["middle"]
        [service.tcp]
        command = ["%serve", "tcp", "9001"]
        probe = { tcp = "127.0.0.1:9001" }
        [service.http]
        command = ["%serve", "http", "9002", "204"]
        log = "none"
        probe = { http = "http://127.0.0.1:9002/" }
        [service.exec]
        command = ["/bin/sh", "-c", "setsid %hang & exec %hang"]
        probe = { exec = ["/usr/bin/test", "-d", "/"] }
        [service.once]
        type = "oneshot"
        command = ["/bin/sh", "-c", "%daemonise; sleep 0.1"]
        [service.again]
        type = "oneshot"
        command = ["/bin/sh", "-c", "%daemonise; sleep 0.1"]
        depends_on = ["base"]
        restart_with = ["base"]
        """;

    /// <summary>The services that must run whenever nothing was killed for a while.</summary>
    private static readonly string[] Steady =
    [
        "watchdog", "plain", "user", "workers", "churning", "sessions", "deep", "staying", "orphans", "slow", "stubborn", "base", "middle",
            "top",
        "beside", "tcp", "http", "exec",
    ];

    private static readonly string[] All = [.. Steady, "daemonising", "crashing", "breaking", "once", "again"];

    private static readonly string[] Probed = ["tcp", "http", "exec"];

    [Fact]
    public async Task Whatever_is_killed_in_two_minutes_all_is_replaced_accounted_for_and_ended()
    {
        // The seed repeats the choices of the killer; which processes exist at each moment depends on the machine.
        var seed = Environment.GetEnvironmentVariable("RANDOM_KILL_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : 20_261_124;
        await Task.WhenAll(WithCgroups(seed), WithoutCgroups(seed + 1));
    }

    private static async Task WithCgroups(int seed)
    {
        using var files = new Installation(Toml) { OwnCgroup = true };
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true, WithoutDeadline = true });
        var said = $"seed {seed}, with cgroups";
        await Explaining(said, init, async () =>
        {
            await init.WaitForLog("", "up after");
            await Kill(init, init.Pid, seed, said);
            var lastLeft = new List<int>();
            await Patience.UntilNothing(() => IsAsItShouldBe(init, init.Pid, lastLeft));
            await Patience.UntilNothing(() => MissingCgroups(init));
            // The launcher would remove processes that are left, so it waits until we have looked.
            Native.Signal(init.LauncherPid, 19);
            var start = Stopwatch.GetTimestamp();
            init.Signal(15);
            await Patience.Until(() => ProcessInfo.Read(init.Pid) is { State: 'Z' }, "the init has ended", StopLimit);
            Tell($"{said}: down after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
            Assert.Equal(["init"], Directory.GetDirectories(init.Cgroup).Select(Path.GetFileName));
            Native.Signal(init.LauncherPid, 18);
            Assert.Equal(0, await init.WaitForExit());
            AllAccountedFor(init, said);
        });
    }

    private static async Task WithoutCgroups(int seed)
    {
        using var files = new Installation(Toml);
        // The look forks no process: the shell itself expands and reads.
        const string Script =
            "\"$0\" \"$@\"; code=$?; for p in /proc/[0-9]*; do read -r line < $p/stat && echo \"left: $line\"; done; exit $code";
        await using var init = await InitProcess.Start(files.Setup with
        {
            OwnNetwork = true,
            WithoutDeadline = true,
            Program = "/bin/sh",
            Arguments = ["-c", Script, Files.Binary, .. files.Setup.Arguments],
        });
        var said = $"seed {seed}, without cgroups";
        await Explaining(said, init, async () =>
        {
            await init.WaitForLog("", "up after");
            var pid = init.Processes().Single(process => process.Parent == init.Pid).Pid;
            await Kill(init, pid, seed, said);
            var lastLeft = new List<int>();
            await Patience.UntilNothing(() => IsAsItShouldBe(init, pid, lastLeft));
            var start = Stopwatch.GetTimestamp();
            Native.Signal(pid, 15);
            Assert.Equal(0, await init.WaitForExit(StopLimit));
            Tell($"{said}: down after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
            var left = Assert.Single(init.Stdout, line => line.StartsWith("left: ", StringComparison.Ordinal));
            Assert.StartsWith("left: 1 ", left, StringComparison.Ordinal);
            AllAccountedFor(init, said);
        });
    }

    private static async Task Kill(InitProcess init, int initPid, int seed, string said)
    {
        var random = new Random(seed);
        var stopped = new List<(ProcessInfo Process, TimeSpan Until)>();
        var counts = new Dictionary<int, int>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Length)
        {
            var victims = init.Processes()
                .Where(process => process.Pid != initPid && process.InnerPid != 1 && process.State != 'Z' && process.Name != Watchdog)
                .ToList();
            if (victims.Count > 0)
            {
                var victim = victims[random.Next(victims.Count)];
                var number = random.GetItems([9, 15, 19, 11], 1)[0];
                Send(victim, number);
                counts[number] = counts.GetValueOrDefault(number) + 1;
                if (number == 19)
                    stopped.Add((victim, clock.Elapsed + TimeSpan.FromMilliseconds(random.Next(50, 3000))));
            }
            foreach (var (process, _) in stopped.Where(entry => entry.Until <= clock.Elapsed))
                Send(process, 18);
            stopped.RemoveAll(entry => entry.Until <= clock.Elapsed);
            await Task.Delay(random.Next(40, 90));
        }
        foreach (var (process, _) in stopped)
            Send(process, 18);
        Tell($"{said}: {counts.Values.Sum()} signals, {string.Join(", ", counts.Select(pair => $"{pair.Value} of {pair.Key}"))}; " +
            $"{init.Lines.ServicesWith("started").Count} starts, {init.Lines.ServicesWith("unhealthy").Count} unhealthy");
    }

    // The pid may belong to another process by now, anywhere on this machine.
    private static void Send(ProcessInfo process, int number)
    {
        if (ProcessInfo.Read(process.Pid) is { } now && now.InnerPid == process.InnerPid && now.Namespace == process.Namespace)
            Native.TrySignal(process.Pid, number);
    }

    /// <summary>What is wrong at this moment, or null. A process that is being replaced is wrong for a moment only.</summary>
    /// <param name="init">The init.</param>
    /// <param name="initPid">The pid of the init, from this side.</param>
    /// <param name="lastLeft">The processes of ended runs at the last look; on return, those at this look.</param>
    private static string? IsAsItShouldBe(InitProcess init, int initPid, List<int> lastLeft)
    {
        var running = MainPids(init);
        var processes = init.Processes().Where(process => process.InnerPid != 1 && process.Pid != initPid).ToList();
        if (processes.Find(process => process.State == 'Z' && process.Parent == initPid) is { } zombie)
            return $"a zombie: {zombie}";
        if (processes.Find(process => process.State == 'T') is { } stopped)
            return $"stopped: {stopped}";
        if (Steady.FirstOrDefault(
            service => !running.TryGetValue(service, out var pid) || processes.All(process => process.InnerPid != pid)) is { } missing)
            return $"{missing} does not run";
        var strangers = Strangers(init, initPid);
        var left = strangers.FindAll(entry => entry.Cookie is not null).ConvertAll(entry => entry.Process.Pid);
        // A process that is being ended, or whose start is not in the log yet, is found at one look and not at the next.
        var before = lastLeft.ToList();
        lastLeft.Clear();
        lastLeft.AddRange(left);
        if (left.Count > 0 && (before.Count == 0 || left.Exists(before.Contains)))
            return $"of a run that is over: {string.Join(", ", strangers)}";
        strangers.RemoveAll(entry => entry.Cookie is not null);
        if (strangers.Exists(entry => entry.Process.Parent != initPid) || strangers.Count > Probed.Length)
            return $"not a probe: {string.Join(", ", strangers)}";
        return null;
    }

    /// <summary>The processes whose cookie belongs to no main process of a service.</summary>
    private static List<(ProcessInfo Process, string? Cookie)> Strangers(InitProcess init, int initPid)
    {
        var processes = init.Processes().Where(process => process.InnerPid != 1 && process.Pid != initPid && process.State != 'Z').ToList();
        var cookies = processes.ConvertAll(process => (Process: process, Cookie: CookieOf(process.Pid)));
        var running = MainPids(init);
        var current = cookies.Where(entry => running.ContainsValue(entry.Process.InnerPid)).Select(entry => entry.Cookie).ToHashSet();
        return cookies.FindAll(entry => !current.Contains(entry.Cookie));
    }

    private static string? MissingCgroups(InitProcess init)
    {
        var there = Directory.GetDirectories(Path.Combine(init.Cgroup, "workload"));
        if (there.Length < Steady.Length || there.Length > All.Length)
            return $"there are {string.Join(", ", there)}";
        return Array.Find(there, IsEmptyOrGone);
    }

    /// <summary>A run may end between the list and the look; the next look finds the cgroup of the run after it.</summary>
    private static bool IsEmptyOrGone(string cgroup)
    {
        try
        {
            return File.ReadAllText(Path.Combine(cgroup, "cgroup.procs")).Length == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The main pids of services that have started and not exited, as the namespace counts.</summary>
    private static Dictionary<string, int> MainPids(InitProcess init)
    {
        var lines = init.Lines;
        var pids = new Dictionary<string, int>();
        foreach (var service in All)
        {
            var started = lines.Logged(service, "started (pid");
            var exited = lines.Logged(service, "exited after");
            if (started.Count > 0 && (exited.Count == 0 || exited[^1].Index < started[^1].Index))
                pids[service] = Log.PidIn(started[^1]);
        }
        return pids;
    }

    private static string? CookieOf(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")).Split('\0')
                .FirstOrDefault(variable => variable.StartsWith("MCP_INIT_INSTANCE=", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void AllAccountedFor(InitProcess init, string said)
    {
        var lines = init.Lines;
        foreach (var service in All)
        {
            var started = lines.Logged(service, "started (pid").Select(Log.PidIn).ToList();
            var exited = lines.Logged(service, "exited after").Select(Log.PidIn).ToList();
            Assert.True(
                started.SequenceEqual(exited),
                $"{said}: {service} started as {string.Join(' ', started)} and exited as {string.Join(' ', exited)}");
        }
        Assert.False(lines.HasLogged("", "emergency"), "the stop took longer than the phase");
        Assert.False(lines.HasLogged("", "still there after SIGKILL"));
    }

    private static async Task Explaining(string said, InitProcess init, Func<Task> test)
    {
        try
        {
            await test();
        }
        catch (Exception error)
        {
            Native.TrySignal(init.LauncherPid, 18);
            throw new InvalidOperationException($"{said} (RANDOM_KILL_SEED): {error.Message}\nthe log's last " +
                $"lines:\n{string.Join('\n', init.Lines.TakeLast(150).Select(line => line.Text))}", error);
        }
    }

    private static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
