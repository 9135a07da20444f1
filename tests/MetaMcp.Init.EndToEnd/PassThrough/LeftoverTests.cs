using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

/// <summary>Processes that still run when the child has ended.</summary>
public sealed class LeftoverTests
{
    [Fact]
    public async Task They_are_asked_to_end()
    {
        var ended = await InitProcess.Run("--", "/bin/sh", "-c", $"{Files.Program("daemonise")}; exit 5");
        Assert.Equal(5, ended.Code);
        Assert.Contains("daemon got 15", ended.Stdout);
    }

    [Fact]
    public async Task A_process_that_ignores_the_signal_is_killed_after_the_grace()
    {
        var start = Stopwatch.GetTimestamp();
        var ended = await InitProcess.Run(
            "--grace", "300ms", "--", "/bin/sh", "-c", $"{Files.Program("daemonise")} --ignore-term; exit 6");
        Assert.Equal(6, ended.Code);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(300), "it was killed before its time");
    }

    [Fact]
    public async Task The_grace_is_two_seconds_where_nothing_is_said()
    {
        var start = Stopwatch.GetTimestamp();
        var ended = await InitProcess.Run("--", Files.Program("daemonise"), "--ignore-term");
        Assert.Equal(0, ended.Code);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task A_grace_is_a_maximum_and_not_a_sleep()
    {
        var ended = await InitProcess.Run("--grace", "1h", "--", "/bin/sh", "-c", $"{Files.Program("daemonise")}; exit 4");
        Assert.Equal(4, ended.Code);
    }

    [Fact]
    public async Task A_signal_during_the_grace_ends_it()
    {
        await using var init = await InitProcess.Start(
            "--grace", "1h", "--", "/bin/sh", "-c", $"{Files.Program("daemonise")} --ignore-term; exit 3");
        await init.WaitFor("daemon pid");
        await Patience.Until(() => init.Processes().Count == 2, "the child has ended");
        init.Signal(15);
        Assert.Equal(3, await init.WaitForExit());
    }
}
