using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

public sealed partial class TerminalTests
{
    [Fact]
    public async Task The_child_leads_a_group_that_is_in_the_foreground()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals")) { Terminal = true });
        var start = Start().Match((await init.WaitFor("start pid=")).Text);
        Assert.Equal(start.Groups["pid"].Value, start.Groups["pgid"].Value);
        Assert.Equal(start.Groups["pid"].Value, start.Groups["foreground"].Value);
    }

    [Fact]
    public async Task Ctrl_C_reaches_the_child_once()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals"), "--exit-on", "15") { Terminal = true });
        await init.WaitFor("start pid=");
        await init.Type("\u0003");
        await init.WaitFor("signal 2");
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
        // If mcp-init were in the foreground too, the signal would come a second time, forwarded.
        Assert.Equal(["signal 2", "signal 15"], init.Stdout.Where(line => line.StartsWith("signal", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Ctrl_Z_without_a_shell_that_could_go_on_stops_nothing()
    {
        const string Script = "trap 'echo on' CONT; echo up; while :; do read line && echo \"$line\"; done";
        await using var init = await InitProcess.Start(new Setup("--", "/bin/sh", "-c", Script) { Terminal = true });
        await init.WaitFor("up");
        await init.Type("\u001a");
        await init.WaitFor("on");
        await init.Type("alive\n");
        await init.WaitFor("alive");
    }

    [Fact]
    public async Task Our_own_output_from_the_background_stops_no_process()
    {
        // SIGTTOU does not stop PID 1. Unless it is blocked or ignored, the kernel would make PID 1 repeat the call for ever.
        var setup = new Setup("-w", "--", Files.Program("forkmany"), "orphans", "50")
        {
            Terminal = true,
            StopsBackgroundOutput = true,
        };
        var ended = await InitProcess.Run(setup);
        Assert.Equal(0, ended.Code);
        Assert.Contains(ended.Lines, line => line.Text.Contains("reaped", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Without_a_terminal_the_child_leads_a_group_too()
    {
        await using var init = await InitProcess.Start("--", Files.Program("signals"));
        var start = Start().Match((await init.WaitFor("start pid=")).Text);
        Assert.Equal(start.Groups["pid"].Value, start.Groups["pgid"].Value);
    }

    [GeneratedRegex(@"start pid=(?<pid>\d+) ppid=\d+ pgid=(?<pgid>\d+) sid=-?\d+ foreground=(?<foreground>-?\d+)")]
    private static partial Regex Start();
}
