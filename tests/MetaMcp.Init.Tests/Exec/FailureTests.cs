using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class FailureTests
{
    // A second stage that has given up root comes before the one that is tested.
    private static readonly string[] AsNobody = [Files.Binary, "exec", "--user", "65534", "--"];

    [Fact]
    public void A_successful_exec_closes_the_error_descriptor_without_a_word() => Assert.Null(Stage.Failure("--", "true"));

    [Theory]
    [InlineData(ExecStep.Arguments, 0, "--umask", "999", "--", "true")]
    [InlineData(ExecStep.User, 0, "--user", "no such user", "--", "true")]
    [InlineData(ExecStep.Group, 0, "--group", "no such group", "--", "true")]
    [InlineData(ExecStep.Group, 0, "--groups", "0,no such group", "--", "true")]
    [InlineData(ExecStep.EnvironmentFile, Errno.ENOENT, "--env-file", "/nonexistent", "--", "true")]
    [InlineData(ExecStep.EnvironmentFile, 0, "--env-file", "/etc/passwd", "--", "true")]
    [InlineData(ExecStep.Descriptors, Errno.EBADF, "--close-fds", "--keep-fd", "77", "--", "true")]
    [InlineData(ExecStep.WorkingDirectory, Errno.ENOENT, "--chdir", "/nonexistent", "--", "true")]
    [InlineData(ExecStep.WorkingDirectory, Errno.ENOTDIR, "--chdir", "/etc/passwd", "--", "true")]
    [InlineData(ExecStep.Execute, Errno.ENOENT, "--", "no such command")]
    [InlineData(ExecStep.Execute, Errno.ENOENT, "--", "/nonexistent/command")]
    [InlineData(ExecStep.Execute, Errno.ENOENT, "--", "")]
    [InlineData(ExecStep.Execute, Errno.ENOTDIR, "--", "/etc/passwd/command")]
    [InlineData(ExecStep.Execute, Errno.EACCES, "--", "/etc/passwd")]
    [InlineData(ExecStep.Execute, Errno.EACCES, "--", "/etc")]
    public void A_failure_is_reported_as_step_and_error(ExecStep step, int errno, params string[] words)
    {
        var failure = Stage.Failure(words);
        Assert.Equal((step, errno), (failure!.Step, failure.Errno.Number));
    }

    [Theory]
    [InlineData(ExecStep.OomScoreAdjust, Errno.EACCES, "--oom-score-adj", "-1000")]
    [InlineData(ExecStep.ResourceLimit, Errno.EPERM, "--rlimit", "nofile=unlimited")]
    [InlineData(ExecStep.Nice, Errno.EACCES, "--nice", "-20")]
    [InlineData(ExecStep.BoundingSet, Errno.EPERM, "--cap-keep", "")]
    [InlineData(ExecStep.Capabilities, Errno.EPERM, "--cap-keep", "net_bind_service")]
    [InlineData(ExecStep.SetGroups, Errno.EPERM, "--user", "4321")]
    [InlineData(ExecStep.SetGid, Errno.EPERM, "--group", "4321")]
    [InlineData(ExecStep.SetUid, Errno.EPERM, "--user", "4321", "--group", "65534", "--groups", "65534")]
    [InlineData(ExecStep.WorkingDirectory, Errno.EACCES, "--chdir", "/proc/1/cwd")]
    public void Without_privileges_the_step_that_needs_them_is_named(ExecStep step, int errno, params string[] words)
    {
        Stage.NeedRoot();
        var failure = Stage.FailureBehind(AsNobody, [.. words, "--", "true"]);
        Assert.Equal((step, errno), (failure!.Step, failure.Errno.Number));
    }

    [Theory]
    [InlineData(100, "mcp-init exec: --nice x: not a whole number from -20 to 19\n", "--nice", "x", "--", "true")]
    [InlineData(100, "mcp-init exec: user 'nosuch' is not in /etc/passwd: name a user of /etc/passwd, or give a numeric uid\n",
        "--user", "nosuch", "--", "true")]
    [InlineData(111, "mcp-init exec: chdir /nonexistent: No such file or directory (ENOENT): the directory must exist before the " +
        "start\n", "--chdir", "/nonexistent", "--", "true")]
    [InlineData(111, "mcp-init exec: error-fd: Bad file descriptor (EBADF): --error-fd names a descriptor that is open for writing\n",
        "--error-fd", "99", "--", "true")]
    [InlineData(100, "mcp-init launch: memory: user 'nosuch' is not in /etc/passwd: name a user of /etc/passwd, or give a numeric uid\n",
        "--for", "memory", "--user", "nosuch", "--", "true")]
    public void Without_a_descriptor_a_sentence_says_what_to_do(int exitCode, string sentence, params string[] words)
    {
        var run = Stage.Run(words);
        Assert.Equal((exitCode, sentence, ""), (run.ExitCode, run.Error, run.Output));
    }

    [Theory]
    [InlineData(127, "nosuchcommand")]
    [InlineData(126, "/etc/passwd")]
    public void The_exit_code_tells_not_found_from_not_executable(int exitCode, string command) =>
        Assert.Equal(exitCode, Stage.Run(command).ExitCode);

    [Fact]
    public void A_script_without_a_first_line_is_not_given_to_a_shell()
    {
        using var scratch = new Scratch();
        var script = scratch.Write("script", "echo ran\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        var run = Stage.Run(script);
        Assert.Equal((126, ""), (run.ExitCode, run.Output));
        Assert.Contains("(ENOEXEC): neither a program for this processor nor a script with a #! line", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/nonexistent/python\n", ExecStep.Interpreter, "/nonexistent/python of ")]
    [InlineData("#!/bin/sh\r\n", ExecStep.Interpreter, "/bin/sh? of ")]
    public void A_script_whose_interpreter_is_missing_names_it(string text, ExecStep step, string detail)
    {
        using var scratch = new Scratch();
        var script = scratch.Write("named", text);
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        foreach (string[] words in (string[][])[["--", script], ["--setenv", $"PATH=/nonexistent:{scratch.FullName}:/bin", "--", "named"]])
        {
            var failure = Stage.Failure(words)!;
            Assert.Equal((step, Errno.ENOENT, detail + script), (failure.Step, failure.Errno.Number, failure.Detail));
            Assert.Equal(127, failure.ExitCode);
        }
    }

    [Fact]
    public void A_program_whose_loader_is_missing_names_that()
    {
        using var scratch = new Scratch();
        // A real program whose loader is renamed to a name that does not exist, and a script that asks for that program.
        var bytes = File.ReadAllBytes("/bin/true");
        var at = bytes.AsSpan().IndexOf("/lib64/ld-linux"u8) is >= 0 and var x64 ? x64 : bytes.AsSpan().IndexOf("/lib/ld-linux"u8);
        bytes[at + 1] = (byte)'L';
        File.WriteAllBytes(scratch["program"], bytes);
        var script = scratch.Write("script", $"#!{scratch["program"]}\n");
        foreach (var path in (string[])[scratch["program"], script])
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
            var failure = Stage.Failure("--", path)!;
            Assert.Equal(ExecStep.Loader, failure.Step);
            Assert.Matches($"^/Lib.* of {scratch["program"]}$", failure.Detail);
        }
    }

    [Fact]
    public void A_command_in_one_string_is_told_how_to_be_written()
    {
        var run = Stage.Run("--", "echo hello world");
        Assert.Equal(127, run.ExitCode);
        Assert.Contains("write each argument as a string of its own", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_line_of_an_environment_file_says_why()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("env", "\uFEFFA=1\nB=\"two\nlines\"\nC=\"v\" # note\n");
        Assert.Equal(
            $"mcp-init exec: env-file {file}:4: something stands behind the closing quote; a comment takes a line of its own\n",
            Stage.Run("--env-file", file, "--", "true").Error);
        File.WriteAllText(file, "\uFEFFA=1\nB=\"two\nlines\"\n");
        Assert.Equal("1|two\nlines\n", Stage.Run("--env-file", file, "--", "sh", "-c", "echo \"$A|$B\"").Output);
    }

    [Fact]
    public void The_value_of_a_variable_is_in_no_message()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("env", "GOOD=1\nhunter2 is the password\n");
        var run = Stage.Run("--env-file", file, "--", "true");
        Assert.Contains($"env-file {file}:2", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error + Stage.Run("--setenv", "=hunter2", "true").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_goes_to_stdout()
    {
        var run = Stage.Run("--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("mcp-init exec: ", run.Output, StringComparison.Ordinal);
    }
}
