using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

public sealed class SignalForwardingTests
{
    // KILL and STOP cannot be caught. The runtime needs SEGV, FPE, ILL, BUS and 34; 32 and 33 are glibc's. CHLD is for mcp-init itself.
    private static readonly int[] NotForwarded = [9, 19, 11, 8, 4, 7, 17, 32, 33, 34];

    internal static int[] Forwarded { get; } = [.. Enumerable.Range(1, 64).Except(NotForwarded)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_signal_arrives_as_itself(bool terminal)
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals")) { Terminal = terminal });
        var last = await init.WaitFor("start pid=");
        foreach (var number in Forwarded)
        {
            init.Signal(number);
            last = await init.WaitFor(line => line.Text == $"signal {number}", $"signal {number}", last);
        }
        Assert.Equal(Forwarded.Select(number => $"signal {number}"), init.Stdout.Where(IsSignal));
    }

    [Fact]
    public async Task A_signal_that_was_ignored_when_we_were_started_is_forwarded_too()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals")) { IgnoredSignals = [1, 15] });
        await init.WaitFor("start pid=");
        init.Signal(15);
        await init.WaitFor("signal 15");
        init.Signal(1);
        await init.WaitFor("signal 1");
    }

    [Fact]
    public async Task Trouble_of_our_own_log_is_no_signal_to_the_child()
    {
        using var scratch = new Scratch();
        await using var init = await InitProcess.Start(
            new Setup("-w", "--", "/bin/sh", "-c",
                $"until test -e {scratch["go"]}; do sleep 0.01; done; {Files.Program("forkmany")} orphans 20; exit 5")
            {
                StderrUnread = true,
            });
        init.CloseStderr();
        await File.WriteAllTextAsync(scratch["go"], "", TestContext.Current.CancellationToken);
        // Each orphan is a line for a pipe without a reader. Without care, that would be a SIGPIPE for mcp-init, which would forward it
        // to the child.
        Assert.Equal(5, await init.WaitForExit());
    }

    [Theory]
    [InlineData("TERM:QUIT", 15, 3)]
    [InlineData("15:SIGRTMIN+3", 15, 37)]
    [InlineData("RTMIN+3:TERM", 37, 15)]
    [InlineData("1:15", 1, 15)]
    public async Task A_signal_is_rewritten(string rule, int sent, int received)
    {
        await using var init = await InitProcess.Start("-r", rule, "--", Files.Program("signals"));
        await init.WaitFor("start pid=");
        init.Signal(sent);
        var first = await init.WaitFor(line => IsSignal(line.Text), "a signal");
        Assert.Equal($"signal {received}", first.Text);
    }

    [Fact]
    public async Task A_signal_rewritten_to_0_is_dropped()
    {
        await using var init = await InitProcess.Start("-r", "USR1:0", "-r", "USR2:HUP", "--", Files.Program("signals"));
        await init.WaitFor("start pid=");
        init.Signal(10);
        init.Signal(12);
        var first = await init.WaitFor(line => IsSignal(line.Text), "a signal");
        Assert.Equal("signal 1", first.Text);
        init.Signal(15);
        await init.WaitFor("signal 15");
        Assert.Equal(["signal 1", "signal 15"], init.Stdout.Where(IsSignal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_g_the_whole_group_is_told(bool terminal)
    {
        await using var init = await InitProcess.Start(Two("-g") with { Terminal = terminal });
        await WaitForTwo(init);
        init.Signal(10);
        await init.WaitFor("front signal 10");
        await init.WaitFor("back signal 10");
    }

    [Theory]
    [InlineData("-c")]
    [InlineData("-v")]
    public async Task Without_g_the_child_alone_is_told(string flag)
    {
        await using var init = await InitProcess.Start(Two(flag));
        await WaitForTwo(init);
        init.Signal(10);
        await init.WaitFor("front signal 10");
        // A signal sent directly to the other process proves that no signal came before it.
        var other = (await init.WaitFor("back start")).Text.Split("pid=")[1].Split(' ')[0];
        Native.Signal(init.Inside(int.Parse(other)).Pid, 12);
        var first = await init.WaitFor("back signal");
        Assert.Equal("back signal 12", first.Text);
    }

    [Fact]
    public async Task With_p_the_parents_death_is_a_signal()
    {
        await using var init = await InitProcess.Start("-p", "SIGUSR2", "--", Files.Program("signals"));
        await init.WaitFor("start pid=");
        Native.Signal(init.LauncherPid, 9);
        await init.WaitFor("signal 12");
    }

    [Fact]
    public async Task Sigterm_ends_the_child_and_its_end_is_ours()
    {
        await using var init = await InitProcess.Start("--", Files.Program("hang"));
        await init.WaitFor("hanging");
        init.Signal(15);
        Assert.Equal(143, await init.WaitForExit());
    }

    [Fact]
    public async Task An_init_that_is_not_PID_1_forwards_all_the_same()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals"), "--exit-on", "15") { NotFirst = true });
        await init.WaitFor("start pid=");
        init.Signal(10);
        await init.WaitFor("signal 10");
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
    }

    private static Setup Two(string flag)
    {
        var signals = Files.Program("signals");
        return new Setup(flag, "--", "/bin/sh", "-c", $"{signals} --name back & exec {signals} --name front");
    }

    private static async Task WaitForTwo(InitProcess init)
    {
        await init.WaitFor("back start");
        await init.WaitFor("front start");
    }

    private static bool IsSignal(string text) => text.StartsWith("signal ", StringComparison.Ordinal);
}
