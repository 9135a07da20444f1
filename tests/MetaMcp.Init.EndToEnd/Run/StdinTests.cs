using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>The one service that has mcp-init's own stdin, and the terminal with it.</summary>
public sealed class StdinTests
{
    private const string CtrlC = "\u0003";

    private const string Shell = """
        [service.shell]
        command = ["/bin/sh"]
        environment = { PS1 = "" }
        stdin = "inherit"
        log = "inherit"
        restart = "never"
        stop_signal = "SIGHUP"
        """;

    [Fact]
    public async Task A_shell_on_the_terminal_has_job_control()
    {
        using var files = new Installation(Shell);
        await using var init = await OnTerminal(files);
        await init.Type("sh -c 'trap \"echo inter\"\"rupted; exit 3\" INT; echo wait\"\"ing; while :; do sleep 0.1; done'\n");
        await init.WaitFor("waiting");
        await init.Type(CtrlC);
        await init.WaitFor("interrupted");
        await init.Type("echo still\" \"here with $?; set -o | grep mon\"\"itor\n");
        await init.WaitFor("still here with 3");
        Assert.EndsWith("on", (await init.WaitFor("monitor")).Text, StringComparison.Ordinal);
        await init.Type("exit 0\n");
        Assert.Equal(0, await init.WaitForExit());
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("job control", StringComparison.Ordinal));
        // The kernel reports the loss of the terminal by SIGHUP, which is no request for a reload.
        Assert.DoesNotContain(init.Lines, line => line.Text.Contains("reload", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_user_can_have_the_terminal()
    {
        using var files = new Installation(Shell + "\nuser = \"nobody\"");
        await using var init = await OnTerminal(files);
        await init.Type("set -o | grep mon\"\"itor; echo tty > /dev/tty; exit 0\n");
        Assert.EndsWith("on", (await init.WaitFor("monitor")).Text, StringComparison.Ordinal);
        await init.WaitFor("tty");
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task The_next_run_has_the_terminal_again()
    {
        using var files = new Installation(Shell.Replace(
            "\"never\"", "{ policy = \"always\", backoff = { initial = \"1ms\" } }", StringComparison.Ordinal));
        await using var init = await OnTerminal(files);
        var first = await init.WaitForLog("shell", "started");
        await init.Type("exit 1\n");
        _ = await init.WaitForLog("shell", "started", after: first);
        await init.Type("set -o | grep mon\"\"itor\n");
        Assert.EndsWith("on", (await init.WaitFor("monitor")).Text, StringComparison.Ordinal);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task Between_two_runs_Ctrl_C_is_ours()
    {
        using var files = new Installation(Shell.Replace(
            "\"never\"", "{ policy = \"always\", backoff = { initial = \"1h\", max = \"1h\" } }", StringComparison.Ordinal));
        await using var init = await OnTerminal(files);
        await init.WaitForLog("", "up after");
        await init.Type("exit 1\n");
        await init.WaitForLog("shell", "restart");
        await init.Type(CtrlC);
        await init.WaitForLog("", "shutting down (SIGINT)");
        Assert.Equal(0, await init.WaitForExit());
    }

    [Theory]
    [InlineData("stdin = \"null\"")]
    [InlineData("")]
    public async Task Without_it_Ctrl_C_stops_everything(string stdin)
    {
        using var files = new Installation($"[service.one]\ncommand = [\"%hang\"]\n{stdin}");
        await using var init = await OnTerminal(files);
        await init.WaitForLog("", "up after");
        await init.Type(CtrlC);
        await init.WaitForLog("", "shutting down (SIGINT)");
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task In_another_sessions_terminal_it_can_be_read_and_Ctrl_C_stops_everything()
    {
        using var files = new Installation("""
            [service.reader]
            command = ["/bin/sh", "-c", "while read line; do echo got $line; done"]
            stdin = "inherit"
            """);
        await using var init = await InitProcess.Start(files.Setup with { Terminal = true, NotFirst = true });
        await init.WaitForLog("", "up after");
        await init.Type("this\n");
        await init.WaitFor("reader   | got this");
        await init.Type(CtrlC);
        await init.WaitForLog("", "shutting down (SIGINT)");
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_stdin_that_is_no_terminal_is_read_to_its_end()
    {
        using var files = new Installation("""
            [service.reader]
            command = ["/bin/sh", "-c", "exec 0<&0; while read line; do echo got $line; done"]
            stdin = "inherit"
            restart = "never"
            [service.other]
            type = "oneshot"
            command = ["/bin/cat"]
            """);
        await using var init = await files.Start();
        await init.Type("this\n");
        await init.WaitFor("reader   | got this");
        init.EndInput();
        Assert.Equal(0, await init.WaitForExit());
    }

    private static Task<InitProcess> OnTerminal(Installation files) => InitProcess.Start(files.Setup with { Terminal = true });
}
