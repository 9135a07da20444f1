using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

/// <summary>Environments that offer an init less than usual.</summary>
public sealed class SurroundingsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_root_without_proc(bool readOnly)
    {
        using var scratch = new Scratch();
        var root = scratch.Root(Files.Binary, Files.Program("signals"));
        await using var init = await InitProcess.Start(
            new Setup("--", "/signals", "--exit-on", "15") { Root = root, ReadOnlyRoot = readOnly });
        var start = (await init.WaitFor("start pid=")).Text;
        Assert.Contains("blocked=0000000000000000 ignored=0000000000000000 fds=0,1,2 ", start, StringComparison.Ordinal);
        init.Signal(10);
        await init.WaitFor("signal 10");
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
    }

    [Fact]
    public async Task Another_user_than_root()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals"), "--exit-on", "15") { User = 54001 });
        Assert.Contains("uid=54001", (await init.WaitFor("start pid=")).Text, StringComparison.Ordinal);
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0, 1)]
    [InlineData(0, 1, 2)]
    public async Task Closed_descriptors(params int[] closed)
    {
        // The next file that is opened gets the number of the closed descriptor: a log line must not go to an event queue.
        var setup = new Setup("-w", "-v", "--", "/bin/sh", "-c", $"{Files.Program("forkmany")} orphans 100; exit 7")
        {
            ClosedDescriptors = closed,
        };
        Assert.Equal(7, (await InitProcess.Run(setup)).Code);
    }

    [Fact]
    public async Task A_child_of_closed_descriptors_gets_none_of_ours()
    {
        await using var init = await InitProcess.Start(new Setup("--", Files.Program("signals")) { ClosedDescriptors = [0, 2] });
        var fds = (await init.WaitFor("start pid=")).Text.Split("fds=")[1].Split(' ')[0].Split(',');
        Assert.Empty(fds.Except(["0", "1", "2"]));
    }

    [Fact]
    public async Task A_stderr_without_a_reader()
    {
        // There are more warnings than a pipe holds. An init that waited for the reader would collect no child meanwhile.
        await using var init = await InitProcess.Start(
            new Setup("-w", "--", Files.Program("forkmany"), "orphans", "5000") { StderrUnread = true });
        await init.WaitFor("zombies 0 orphans 0", limit: Patience.Long);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_stdout_without_a_reader()
    {
        var flood = Files.Program("flood");
        var setup = new Setup("--grace", "200ms", "--", "/bin/sh", "-c", $"{flood} & {flood} & exec {Files.Program("hang")} >&2")
        {
            StdoutUnread = true,
        };
        await using var init = await InitProcess.Start(setup);
        await init.WaitFor("hanging");
        init.Signal(15);
        Assert.Equal(143, await init.WaitForExit());
    }

    [Fact]
    public async Task Few_descriptors()
    {
        var setup = new Setup("--", Files.Program("exits"), "7") { Limits = [("nofile", 16)] };
        Assert.Equal(7, (await InitProcess.Run(setup)).Code);
    }

    [Fact]
    public async Task No_descriptor_to_be_had_is_an_error_with_a_name()
    {
        var ended = await InitProcess.Run(new Setup("--", Files.Program("exits"), "7") { Limits = [("nofile", 3)] });
        Assert.Equal(111, ended.Code);
        Assert.Contains(ended.Stderr, line => line.Contains("EMFILE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_fork_is_an_error_with_a_name()
    {
        // Room for our own two threads and no more.
        var ended = await InitProcess.Run(new Setup("--", Files.Program("exits"), "7") { User = 54008, Limits = [("nproc", 2)] });
        Assert.Equal(111, ended.Code);
        Assert.Contains(ended.Stderr, line => line.Contains("EAGAIN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_starts_where_we_were_and_we_leave_that_directory()
    {
        using var scratch = new Scratch();
        File.Copy(Files.Program("signals"), scratch["signals"]);
        var setup = new Setup("-c", $"cd {scratch.FullName}; exec {Files.Binary} -- ./signals --exit-on 15") { Program = "/bin/sh" };
        await using var init = await InitProcess.Start(setup);
        await init.WaitFor("start pid=");
        var child = init.Processes().Single(p => p.Name == "signals").Pid;
        Assert.Equal(scratch.FullName, Directory.ResolveLinkTarget($"/proc/{child}/cwd", returnFinalTarget: false)!.FullName);
        await Patience.Until(
            () => Directory.ResolveLinkTarget($"/proc/{init.Pid}/cwd", returnFinalTarget: false)!.FullName == "/",
                "our directory is the root");
        init.Signal(15);
        Assert.Equal(42, await init.WaitForExit());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_subreaper_says_nothing_of_orphans_going_elsewhere(bool already)
    {
        // The first program makes the process a subreaper without a message. The attribute survives exec, so the second need not ask for
        // it.
        string[] first = already ? [Files.Program("subreaper"), Files.Binary] : [Files.Binary];
        var ended = await InitProcess.Run(
            new Setup([.. first[1..], "--", Files.Program("exits"), "7"]) { NotFirst = true, Program = first[0] });
        Assert.Equal(7, ended.Code);
        Assert.Equal(already ? 0 : 1, ended.Stderr.Count(line => line.Contains("orphans of the command go", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("gcServer", "1")]
    [InlineData("GCHeapHardLimit", "C800000")]
    [InlineData("GCHeapHardLimit", "1000")]
    [InlineData("GCgen0size", "4000000")]
    [InlineData("DbgEnableMiniDump", "1")]
    public async Task A_runtime_option_in_the_environment_is_the_childs(string name, string value)
    {
        // These variables are meant for a .NET service: mcp-init must run as ever and pass them on.
        var setup = new Setup("--", "/bin/sh", "-c", $"echo \"is $DOTNET_{name}\"; exit 7")
        {
            Environment = new Dictionary<string, string> { [$"DOTNET_{name}"] = value },
        };
        var ended = await InitProcess.Run(setup);
        Assert.Contains($"is {value}", ended.Stdout);
        Assert.Equal(7, ended.Code);
    }
}
