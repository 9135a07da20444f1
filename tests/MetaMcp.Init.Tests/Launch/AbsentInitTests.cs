using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>The same command where no mcp-init runs.</summary>
public sealed class AbsentInitTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Without_an_init_the_command_is_executed_after_one_warning()
    {
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", ["memory", "--", "sh", "-c", "echo $$; exit 5"]);
        Assert.Equal(5, shim.ExitCode(out var stderr));
        Assert.Equal($"{shim.Pid}\n", shim.Stdout);
        Assert.Single(stderr, '\n');
        Assert.Contains("launch.sock: No such file or directory (ENOENT)): memory runs without limits", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void An_init_that_has_ended_is_absent_too()
    {
        using var init = new FakeInit(isListening: false);
        using var shim = init.Start("memory", "--", "true");
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.Contains("Connection refused (ECONNREFUSED)", stderr, StringComparison.Ordinal);
    }

    /// <summary>The test is no ancestor of a process whose parent has ended.</summary>
    [Fact]
    public void A_process_that_is_no_ancestor_is_not_taken_for_the_init()
    {
        using var init = new FakeInit();
        using var shell = ShimProcess.Start(
            init.Directory, "pipe", ["memory", "--", "sh", "-c", "echo ran >&2; echo ran"],
            ["bash", "-c", "(p=$BASHPID; until [ $(cut -d' ' -f4 /proc/$p/stat) != $$ ]; do :; done; exec \"$@\") & exit 0", "bash"]);
        Assert.Equal(0, shell.ExitCode(out _));
        Assert.Equal("ran\n", shell.Wait("ran\n"));
        using var connection = init.Accept();
        connection.End();
    }

    [Fact]
    public void Without_a_command_the_message_says_how_to_give_one()
    {
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", ["memory"]);
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains("write: mcp-init launch memory -- CMD", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_program_is_found_behind_our_own_directory()
    {
        var shims = Directory.CreateDirectory(_scratch["shims"]).FullName;
        var real = Directory.CreateDirectory(_scratch["real"]).FullName;
        foreach (var (directory, text) in new[] { (shims, "ours"), (real, "real") })
        {
            var program = Path.Combine(directory, "npx");
            File.WriteAllText(program, $"#!/bin/sh\necho {text} $PATH\n");
            File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        }
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", ["memory", "--", "npx"], path: $"{shims}:{real}:/bin");
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal($"real {real}:/bin\n", shim.Stdout);
    }

    [Fact]
    public void A_program_that_cannot_be_executed_has_the_exit_code_of_a_shell()
    {
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", ["memory", "--", "no-such-program"]);
        Assert.Equal(127, shim.ExitCode(out var stderr));
        Assert.Contains("no-such-program", stderr, StringComparison.Ordinal);
    }
}
