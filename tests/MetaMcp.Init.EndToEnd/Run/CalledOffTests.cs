using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed class CalledOffTests
{
    [Fact]
    public async Task A_start_that_is_called_off_is_in_the_log_with_its_exit()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            [service.middle]
            command = ["/bin/sh", "-c", '''
                test -e %/well && { echo >&3; exec %hang; }
                until test -e %/go; do sleep 0.01; done
                touch %/well; echo >&3; exit 1''']
            ready = "notify-fd"
            [service.top]
            command = ["%hang"]
            depends_on = ["middle"]
            restart_with = ["middle"]
            """);
        await using var init = await files.Start();
        var middle = init.Inside(Log.PidIn(await init.WaitForLog("middle", "started (pid"))).Pid;
        Native.Signal(init.Pid, 19);
        files.Open("go");
        await Patience.Until(() => ProcessInfo.Read(middle) is { State: 'Z' }, "it has said that it is ready, and has ended");
        Native.Signal(init.Pid, 18);
        await init.WaitForLog("", "up after");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.True(
            init.Lines.Logged("top", "started (pid").Select(Log.PidIn)
            .SequenceEqual(init.Lines.Logged("top", "exited after").Select(Log.PidIn)), string.Join('\n', init.Lines.Select(l => l.Text)));
    }
}
