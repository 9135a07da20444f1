using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>NOTIFY_SOCKET: what honest services get from it, and that others cannot abuse it.</summary>
public sealed class NotificationTests
{
    /// <summary>
    /// A directory for sockets as files; and a directory that cannot exist, so that the names are abstract and every user can send.
    /// </summary>
    public static TheoryData<string> Directories => new("%/run", "/proc/none");

    [Theory]
    [MemberData(nameof(Directories))]
    public async Task Systemd_notify_of_a_service_with_a_user_of_its_own_is_answered_at_once(string directory)
    {
        using var files = Written(directory, """
            [service.honest]
            command = ["sh", "-c", "systemd-notify --ready --status='all is well'; echo answered $?; exec sleep 100"]
            ready = "sd-notify"
            user = "daemon"
            """);
        await using var init = await files.Start();
        await init.WaitFor("answered 0", limit: TimeSpan.FromSeconds(4));
        await init.WaitForLog("honest", "ready");
        init.Signal(10);
        await init.WaitForLog("honest", "says \"all is well\"");
    }

    [Theory]
    [MemberData(nameof(Directories))]
    public async Task A_barrier_passes_as_soon_as_what_was_sent_before_was_read(string directory)
    {
        using var files = Written(directory, """
            [service.honest]
            command = ["%say", "--barrier", "READY=1", "STATUS=here"]
            ready = "sd-notify"
            """);
        await using var init = await files.Start();
        await init.WaitFor("barrier passed");
        init.Signal(10);
        await init.WaitForLog("honest", "says \"here\"");
    }

    /// <summary>The sender has ended and cannot be examined; the user that the kernel attests counts.</summary>
    [Theory]
    [MemberData(nameof(Directories))]
    public async Task A_neighbour_makes_no_service_ready_dead_or_alive(string directory)
    {
        using var files = Written(directory, """
            [service.database]
            command = ["%hang"]
            ready = "sd-notify"
            user = "daemon"
            start_timeout = "60s"
            [service.root]
            command = ["%hang"]
            ready = "sd-notify"
            start_timeout = "60s"
            [service.dead]
            command = ["%say", "--to-others", "--by-the-dead", "--times", "50", "READY=1"]
            user = "nobody"
            [service.alive]
            command = ["%say", "--to-others", "--times", "50", "READY=1"]
            user = "nobody"
            """);
        await using var init = await files.Start();
        await init.WaitForAll("dead", "said");
        await init.WaitForAll("alive", "said");
        // Messages that were sent before this signal are read before it is answered.
        init.Signal(10);
        await init.WaitForLog("database", "starting");
        await init.WaitForLog("root", "starting");
        Assert.False(init.Lines.HasLogged("database", "ready"));
        Assert.False(init.Lines.HasLogged("root", "ready"));
    }

    [Theory]
    [MemberData(nameof(Directories))]
    public async Task Descriptors_that_come_along_are_closed_and_never_taken(string directory)
    {
        using var files = Written(directory, """
            [service.root]
            command = ["%hang"]
            ready = "sd-notify"
            start_timeout = "60s"
            [service.neighbour]
            command = ["%say", "--to-others", "--fds", "200", "--times", "20", "X=1"]
            user = "nobody"
            after = ["later"]
            [service.self]
            command = ["%say", "--fds", "200", "--times", "20", "READY=1"]
            ready = "sd-notify"
            user = "daemon"
            after = ["later"]
            [service.later]
            type = "oneshot"
            command = ["sh", "-c", "until [ -e %/gate ]; do sleep 0.02; done"]
            """);
        await using var init = await InitProcess.Start(files.Setup with { Limits = [("nofile", 256)] });
        await init.WaitForLog("root", "started");
        await init.WaitForLog("later", "started");
        var before = Descriptors(init);
        files.Open("gate");
        await init.WaitForLog("self", "ready");
        await init.WaitForAll("neighbour", "nobody holds them");
        await init.WaitForAll("self", "nobody holds them");
        await Patience.Until(() => Descriptors(init) <= before + 8, "PID 1 has as many descriptors as its services take");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    /// <summary>The last close of this socket takes a minute: SO_LINGER, and a peer that reads nothing.</summary>
    [Fact]
    public async Task A_descriptor_whose_close_hangs_holds_nothing_up()
    {
        using var files = Written("%/run", """
            [service.evil]
            command = ["%say", "--linger", "60", "READY=1", "STATUS=one", "STATUS=two"]
            ready = "sd-notify"
            user = "daemon"
            [service.ending]
            command = ["%say", "--linger", "60", "--exit", "3", "READY=1", "STATUS=one", "STATUS=two"]
            ready = "sd-notify"
            user = "daemon"
            restart = "never"
            """);
        await using var init = await InitProcess.Start(files.Setup with { OwnNetwork = true });
        await init.WaitForLog("evil", "ready");
        await init.WaitForLog("ending", "exit code 3");
        await Answers(init);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit(TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("X=1")]
    [InlineData("READY=1")]
    public async Task A_flood_keeps_PID_1_from_nothing(string message)
    {
        using var files = Written("/proc/none", $"""
            [service.database]
            command = ["%hang"]
            ready = "sd-notify"
            start_timeout = "60s"
            [service.neighbour]
            command = ["%say", "--to-others", "--flood", "3", "{message}"]
            user = "nobody"
            # One that is forked in the moment of the stop signal is not sent it.
            stop_timeout = "1s"
            [service.self]
            command = ["%say", "--flood", "3", "{message}"]
            user = "daemon"
            stop_timeout = "1s"
            ready = "sd-notify"
            start_timeout = "60s"
            """);
        await using var init = await files.Start();
        await init.WaitForAll("neighbour", "flooding");
        await init.WaitForAll("self", "flooding");
        // For as long as the flood lasts, no answer is late.
        while (!init.Lines.Any(line => line.Text.EndsWith("flooded", StringComparison.Ordinal)))
            await Answers(init);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_watchdog_that_is_not_fed_ends_the_service()
    {
        using var files = Written("%/run", """
            [service.fed]
            # One process: eleven systemd-notify a second are more than a busy machine starts in time.
            command = ["sh", "-c", "[ $WATCHDOG_USEC = 500000 ] && exec %say --every 100 --times 600 WATCHDOG=1"]
            watchdog = "500ms"
            [service.starving]
            command = ["%hang"]
            watchdog = "500ms"
            """);
        await using var init = await files.Start();
        await init.WaitForLog("starving", "unhealthy: no WATCHDOG=1 for 500ms");
        var again = await init.WaitForLog("starving", "restarting");
        await init.WaitForLog("starving", "unhealthy: no WATCHDOG=1 for 500ms", again);
        Assert.False(init.Lines.HasLogged("fed", "unhealthy"));
    }

    /// <summary>A stop and continue of PID 1 ends its wait with EINTR, whatever is ready by then.</summary>
    [Fact]
    public async Task A_message_sent_while_PID_1_was_stopped_is_handled_before_a_deadline_of_that_time()
    {
        using var files = Written("%/run", """
            [service.honest]
            command = ["sh", "-c", "echo begun; until [ -e %/gate ]; do sleep 0.02; done; %say READY=1 & sleep 4; : > %/late; wait"]
            ready = "sd-notify"
            start_timeout = "3s"
            """);
        await using var init = await files.Start();
        await init.WaitFor("begun");
        init.Signal(19);
        await Patience.Until(() => ProcessInfo.Read(init.Pid)?.State == 'T', "PID 1 is stopped");
        files.Open("gate");
        await Patience.Until(() => File.Exists(files["late"]), "its deadline has passed");
        init.Signal(18);
        await init.WaitForLog("honest", "ready");
        Assert.False(init.Lines.HasLogged("honest", "not ready within"));
    }

    /// <summary>A status comes within the time in which a stop must be handled.</summary>
    private static async Task Answers(InitProcess init)
    {
        var last = init.Lines[^1];
        var asked = Stopwatch.GetTimestamp();
        init.Signal(10);
        await init.WaitForLog("", "status: ", last);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
    }

    private static int Descriptors(InitProcess init) => Directory.GetFileSystemEntries($"/proc/{init.Pid}/fd").Length;

    private static Installation Written(string directory, string services) => new(
        $"[init]\nruntime_dir = \"{directory}\"\n{services}");
}
