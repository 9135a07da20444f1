using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

/// <summary>
/// A thread with an unblocked signal takes that signal from the loop: SIGTERM would end PID 1, and SIGCHLD would be lost. The runtime
/// starts threads before any code of the program runs.
/// </summary>
public sealed class MaskTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_thread_of_ours_blocks_all_that_is_forwarded(bool terminal)
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals")) { Terminal = terminal });
        await init.WaitFor("start pid=");
        // posix_spawn blocks all signals until its child has executed the program, and the program may write its line before that.
        await Patience.Until(
            () => init.Threads().All(thread => !ProcessInfo.Signals(thread["SigBlk"]).Contains(11)), "the spawn is over");
        int[] wanted = [.. SignalForwardingTests.Forwarded, 17];
        foreach (var thread in init.Threads())
        {
            var blocked = ProcessInfo.Signals(thread["SigBlk"]);
            Assert.Empty(wanted.Except(blocked));
            // If these were blocked, a bug would become a busy loop, and the runtime could not stop its own threads.
            Assert.Empty(blocked.Intersect([11, 8, 4, 7, 32, 33, 34]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_child_starts_with_nothing_blocked_and_nothing_ignored(bool terminal)
    {
        var setup = new Setup("--", Files.Program("signals"), "--exit-on", "15") { Terminal = terminal, IgnoredSignals = [1, 13, 20] };
        await using var init = await InitProcess.Start(setup);
        var start = (await init.WaitFor("start pid=")).Text;
        Assert.Contains("blocked=0000000000000000", start, StringComparison.Ordinal);
        Assert.Contains("ignored=0000000000000000", start, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_child_inherits_no_descriptor_of_ours()
    {
        await using var init = await InitProcess.Start("--", Files.Program("signals"));
        Assert.Contains("fds=0,1,2 ", (await init.WaitFor("start pid=")).Text, StringComparison.Ordinal);
    }
}
