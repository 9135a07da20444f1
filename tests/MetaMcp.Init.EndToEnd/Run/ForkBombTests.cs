using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

[Collection(LoudTests.Name)]
public sealed class ForkBombTests
{
    [Fact]
    public async Task A_fork_bomb_is_killed_as_a_whole()
    {
        using var files = new Installation("""
            [service.bomb]
            command = ["/bin/sh", "-c", "%bomb 300"]
            user = "54005"
            rlimits = { nproc = "1500:1500" }
            stop_timeout = "100ms"
            """) { OwnCgroup = true };
        // Without the limit, processes that wait to be collected would fill this machine's process table: there is no controller of tasks
        // here.
        await using var init = await files.Start();
        await init.WaitFor(line => line.Text.Contains("| bomb ", StringComparison.Ordinal), "the bomb at its full size");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.True(init.Lines.HasLogged("bomb", "killed"));
    }
}
