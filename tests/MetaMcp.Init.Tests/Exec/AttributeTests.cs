using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class AttributeTests
{
    [Fact]
    public void The_umask_is_set() => Assert.Equal("0027", Stage.Run("--umask", "27", "sh", "-c", "umask").Output.Trim());

    [Fact]
    public void The_nice_value_is_set() => Assert.Equal("7", Stage.Run("--nice", "7", "nice").Output.Trim());

    [Fact]
    public void The_oom_score_is_set() =>
        Assert.Equal("321", Stage.Run("--oom-score-adj", "321", "cat", "/proc/self/oom_score_adj").Output.Trim());

    [Fact]
    public void The_directory_is_entered_and_relative_commands_are_found_in_it()
    {
        using var scratch = new Scratch();
        File.SetUnixFileMode(scratch.Write("here", "#!/bin/sh\npwd\n"), (UnixFileMode)0x1ED);
        Assert.Equal(scratch.FullName, Stage.Run("--chdir", scratch.FullName, "./here").Output.Trim());
    }

    [Theory]
    [InlineData("nofile=100:200", "Max open files", "100", "200")]
    [InlineData("core=0", "Max core file size", "0", "0")]
    [InlineData("as=300000000:400000000", "Max address space", "300000000", "400000000")]
    [InlineData("data=100000000:unlimited", "Max data size", "100000000", "unlimited")]
    [InlineData("stack=4194304:8388608", "Max stack size", "4194304", "8388608")]
    public void A_limit_is_set_soft_and_hard(string limit, string name, string soft, string hard)
    {
        Stage.NeedRoot();
        var line = Stage.Run("--rlimit", limit, "cat", "/proc/self/limits").Output.Split('\n')
            .Single(l => l.StartsWith(name, StringComparison.Ordinal));
        Assert.Equal([soft, hard], line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
    }

    [Fact]
    public void Limits_below_what_we_need_ourselves_do_not_stop_us()
    {
        Stage.NeedRoot();
        var run = Stage.Run(
            "--rlimit", "nofile=3", "--rlimit", "as=20000000", "--rlimit", "data=4000000", "--rlimit", "fsize=0", "--user", "nobody",
            "--close-fds", "--oom-score-adj", "5", Files.Program("attributes"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("nofile=3,3\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_stays_the_same()
    {
        var run = Stage.RunBehind(["sh", "-c", "echo $$; exec \"$@\"", "sh"], "--nice", "1", "--", "sh", "-c", "echo $$");
        var pids = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(p => int.Parse(p, CultureInfo.InvariantCulture));
        Assert.Single(pids.Distinct());
    }

    [Fact]
    public void It_works_in_an_empty_root()
    {
        Stage.NeedRoot();
        using var scratch = new Scratch();
        var root = scratch.Root(Files.Binary, Files.Program("attributes"));
        var run = Chrooted(root, "--user", "1001", "--close-fds", "--nice", "1", "--no-new-privileges", "--cap-keep", "", "/attributes");
        Assert.Contains("uid=1001,1001", run.Output, StringComparison.Ordinal);
        Assert.Contains("groups=1001", run.Output, StringComparison.Ordinal);
        var refused = Chrooted(root, "--oom-score-adj", "1", "/attributes");
        Assert.Equal(
            (111, "mcp-init exec: oom_score_adj 1: No such file or directory (ENOENT): /proc is not mounted\n"),
            (refused.ExitCode, refused.Error));
    }

    private static Stage Chrooted(string root, params string[] words) =>
        Stage.RunBehind(["sh", "-c", "shift; exec chroot \"$0\" /mcp-init \"$@\"", root], words);
}
