using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>PID 1 starts our own binary and nothing else, so that no program in the file can block it or take its descriptors.</summary>
public sealed class StartTests
{
    /// <summary>The numbers of PID 1's own descriptors differ from start to start; one of these cases meets each.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(14)]
    [InlineData(16)]
    [InlineData(18)]
    [InlineData(20)]
    [InlineData(1023)]
    public async Task Any_notify_fd_is_the_services_and_nothing_else(int number)
    {
        using var files = new Installation($"""
            [startup]
            retries = 0
            [service.there]
            command = ["%notify", "fd", "%/gate", "{number}"]
            ready = "notify-fd"
            notify_fd = {number}
            [service.missing]
            command = ["%/no-such-program"]
            ready = "notify-fd"
            notify_fd = {number}
            """);
        await using var init = await files.Start();
        await init.WaitForLog("missing", "failed: exec");
        await init.WaitForAll("there", "before ready");
        files.Open("gate");
        await init.WaitForLog("there", "ready");
        Assert.False(init.Lines.HasLogged("missing", "ready"));
    }

    /// <summary>
    /// A real FUSE file system that never answers: a process that uses it sleeps in the kernel, and no signal ends that sleep.
    /// </summary>
    [Fact]
    public async Task A_program_on_a_file_system_that_hangs_holds_up_its_own_service_alone()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "this kernel has no FUSE");
        using var files = new Installation("""
            [shutdown]
            timeout = "3s"
            term_timeout = "1s"
            [service.fs]
            command = ["%silent-fs", "%/hang"]
            [service.stuck]
            command = ["%/hang/one/server"]
            start_timeout = "1s"
            after = ["gate"]
            [service.searching]
            command = ["server"]
            environment = { PATH = "%/hang/two:/usr/bin" }
            start_timeout = "1s"
            after = ["gate"]
            [service.gate]
            type = "oneshot"
            command = ["sh", "-c", "until grep -q %/hang /proc/mounts; do sleep 0.02; done"]
            [service.ticker]
            command = ["sh", "-c", "sleep 0.1; exit 3"]
            restart = { policy = "always", backoff = { initial = "50ms", max = "50ms" }, breaker = { failures = 1000 } }
            """);
        Directory.CreateDirectory(files["hang"]);
        await using var init = await files.Start();
        var asked = await init.WaitFor("asked");
        // The kernel looks up one name of a directory at a time; both processes wait.
        await Patience.Until(() => init.Processes().Count(p => p.State == 'D') == 2, "both sleep in the kernel");
        // Meanwhile services crash and start, and signals are handled.
        var crashed = await init.WaitForLog("ticker", "exit code 3", asked);
        await init.WaitForLog("ticker", "exit code 3", crashed);
        await init.WaitForLog("stuck", "killed, it did not stop within");
        init.Signal(10);
        await init.WaitForLog("", "status: ");
        var stopped = TimeProvider.System.GetTimestamp();
        init.Signal(15);
        await init.WaitForLog("", "down after");
        Assert.InRange(TimeProvider.System.GetElapsedTime(stopped), TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }
}
