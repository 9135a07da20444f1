using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

/// <summary>A real interactive shell on a real terminal; mcp-init stands between the shell and its commands.</summary>
public sealed class JobControlTests
{
    private const string CtrlC = "\u0003";
    private const string CtrlD = "\u0004";
    private const string CtrlZ = "\u001a";

    [Fact]
    public async Task Ctrl_Z_gives_the_shell_back_and_fg_goes_on()
    {
        await using var shell = await Shell();
        await shell.Type($"{Files.Binary} -- {Files.Program("hang")}\n");
        await shell.WaitFor("hanging");
        await shell.Type(CtrlZ);
        var stopped = await shell.WaitFor("Stopped");
        AssertStates(shell, 'T', "mcp-init", "hang");
        await Says(shell, "usable", stopped);
        await shell.Type("fg\n");
        await Are(shell, 'S', "mcp-init", "hang");
        // The key reaches the command only if the command has the terminal again.
        await shell.Type(CtrlC);
        await Says(shell, "code=$?", expected: "code=130");
    }

    [Fact]
    public async Task Twice_is_as_once()
    {
        await using var shell = await Shell();
        await shell.Type($"{Files.Binary} -- {Files.Program("hang")}\n");
        Line? last = await shell.WaitFor("hanging");
        for (var time = 0; time < 3; time++)
        {
            await shell.Type(CtrlZ);
            last = await shell.WaitFor("Stopped", last);
            await shell.Type("fg\n");
            await Are(shell, 'S', "mcp-init", "hang");
            await Patience.Until(() => HasForeground(shell, "hang"), "the command has the terminal");
        }
        await shell.Type(CtrlC);
        await Says(shell, "code=$?", expected: "code=130");
    }

    [Fact]
    public async Task Bg_goes_on_without_the_terminal_and_its_end_takes_nothing_away()
    {
        await using var shell = await Shell();
        await shell.Type($"{Files.Binary} -- {Files.Program("hang")}\n");
        await shell.WaitFor("hanging");
        await shell.Type(CtrlZ);
        await shell.WaitFor("Stopped");
        await shell.Type("bg\n");
        await Are(shell, 'S', "mcp-init", "hang");
        await Says(shell, "beside");
        Native.Signal(shell.Processes().Single(p => p.Name == "hang").Pid, 15);
        await shell.Type("wait %1; echo code=$?\n");
        await shell.WaitFor("code=143");
        await Says(shell, "after");
    }

    [Fact]
    public async Task A_reader_in_the_background_is_stopped_and_reads_on_in_the_foreground()
    {
        await using var shell = await Shell();
        await shell.Type($"{Files.Binary} -- /bin/cat &\n");
        await Are(shell, 'T', "mcp-init", "cat");
        await shell.Type("jobs\n");
        await shell.WaitFor("Stopped ");
        await shell.Type("fg\n");
        await shell.Type("typed to it\n");
        await shell.WaitFor("typed to it");
        await shell.Type(CtrlD);
        await Says(shell, "code=$?", expected: "code=0");
    }

    [Fact]
    public async Task A_running_background_job_that_is_brought_forward_gets_the_terminal()
    {
        await using var shell = await Shell();
        // The shell sends no SIGCONT, because nothing is stopped. mcp-init learns that it is in the foreground when the command reads.
        const string Forever = "while :; do wait; sleep 1000 & wait; done";
        await shell.Type($"{Files.Binary} -- /bin/sh -c 'trap \"read line; echo got \\$line\" USR1; echo up $$; {Forever}' &\n");
        var command = int.Parse((await shell.WaitFor("up ")).Text["up ".Length..], CultureInfo.InvariantCulture);
        await shell.Type("fg\n");
        await Patience.Until(() => HasForeground(shell, "mcp-init"), "we have the terminal");
        Native.Signal(shell.Inside(command).Pid, 10);
        await shell.Type("a line\n");
        await shell.WaitFor("got a line");
    }

    [Fact]
    public async Task A_pipeline_and_a_script_stop_as_a_whole()
    {
        await using var shell = await Shell();
        await shell.Type($"/bin/sh -c '{Files.Binary} -- {Files.Program("hang")}; echo status $?' | cat\n");
        await shell.WaitFor("hanging");
        await shell.Type(CtrlZ);
        var stopped = await shell.WaitFor("Stopped");
        // The shell knows of its own children; mcp-init, which is a grandchild, stops itself a moment later.
        await Are(shell, 'T', "mcp-init", "hang", "sh", "cat");
        await Says(shell, "usable", stopped);
        await shell.Type("fg\n");
        await Are(shell, 'S', "mcp-init", "hang", "sh", "cat");
        Native.Signal(shell.Processes().Single(p => p.Name == "hang").Pid, 15);
        await shell.WaitFor("status 143");
        await Says(shell, "after");
    }

    [Fact]
    public async Task A_command_that_is_killed_while_it_is_stopped_has_its_code()
    {
        await using var shell = await Shell();
        await shell.Type($"{Files.Binary} -- {Files.Program("hang")}\n");
        await shell.WaitFor("hanging");
        await shell.Type(CtrlZ);
        await shell.WaitFor("Stopped");
        Native.Signal(shell.Processes().Single(p => p.Name == "hang").Pid, 9);
        await shell.Type("fg\n");
        await Says(shell, "code=$?", expected: "code=137");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Told_to_stop_we_stop_with_the_command_and_go_on_with_it(int number)
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("hang")) { NotFirst = true });
        await init.WaitFor("hanging");
        init.Signal(number);
        await Are(init, 'T', "mcp-init", "hang");
        init.Signal(18);
        await Are(init, 'S', "mcp-init", "hang");
        init.Signal(15);
        Assert.Equal(143, await init.WaitForExit());
    }

    [Fact]
    public async Task Told_to_stop_we_stop_although_the_command_is_told_something_else()
    {
        await using var init = await InitProcess.Start(
            new Setup("-r", "TSTP:HUP", "-r", "TTIN:0", "--", Files.Program("signals"), "--exit-on", "15") { NotFirst = true });
        await init.WaitFor("start pid=");
        init.Signal(20);
        await init.WaitFor("signal 1");
        await Are(init, 'T', "mcp-init");
        init.Signal(18);
        await init.WaitFor("signal 18");
        // A signal that was dropped is gone; the next one is handled at once.
        init.Signal(21);
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
        Assert.Equal(
            ["signal 1", "signal 18", "signal 15"],
            init.Stdout.Where(line => line.StartsWith("signal", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task PID_1_is_never_stopped()
    {
        await using var init = await InitProcess.Start("--", Files.Program("hang"));
        await init.WaitFor("hanging");
        foreach (var number in (int[])[20, 21, 22])
        {
            init.Signal(number);
            await Are(init, 'T', "hang");
            init.Signal(18);
            await Are(init, 'S', "mcp-init", "hang");
        }
        init.Signal(15);
        Assert.Equal(143, await init.WaitForExit());
    }

    private static async Task<InitProcess> Shell()
    {
        var shell = await InitProcess.Start(new Setup("--norc", "--noprofile", "--noediting", "-i")
        {
            Terminal = true,
            Program = "/bin/bash",
            Environment = new Dictionary<string, string> { ["PS1"] = "" },
        });
        await Says(shell, "ready");
        return shell;
    }

    /// <summary>Waits until the shell has read a line and answers.</summary>
    private static async Task Says(InitProcess shell, string text, Line? after = null, string? expected = null)
    {
        await shell.Type($"echo \"said \"{text}\n");
        await shell.WaitFor($"said {expected ?? text}", after);
    }

    private static Task Are(InitProcess init, char state, params string[] names) => Patience.Until(
        () => names.All(name => init.Processes().Any(p => p.Name == name && p.State == state)),
        $"{string.Join(", ", names)} are {state}");

    private static void AssertStates(InitProcess init, char state, params string[] names)
    {
        var there = init.Processes();
        Assert.All(names, name => Assert.Contains(there, p => p.Name == name && p.State == state));
    }

    /// <summary>Compares the eighth field of the process's stat (<c>man 5 proc</c>, tpgid).</summary>
    private static bool HasForeground(InitProcess init, string name)
    {
        var process = init.Processes().Single(p => p.Name == name);
        var fields = File.ReadAllText($"/proc/{process.Pid}/stat").Split(") ")[1].Split(' ');
        return fields[2] == fields[5];
    }
}
