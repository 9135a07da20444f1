using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Exec;

public sealed class ExecFailureTests
{
    [Fact]
    public void A_record_reads_back_as_the_failure_and_fits_a_pipe() =>
        Gen.Select(Gen.Enum<ExecStep>(), Gen.Int[0, 133], Gen.String[0, 800]).Sample(
            (step, errno, detail) =>
            {
                var failure = new ExecFailure(step, new Errno(errno), detail);
                var record = failure.Encode();
                Assert.True(record.Length <= ExecFailure.MaxLength);
                Assert.True(ExecFailure.TryDecode(record, out var read));
                Assert.Equal((step, errno), (read!.Step, read.Errno.Number));
                // A long text is cut at the end of a character; a short one stays whole.
                var encodable = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(failure.Detail));
                if (Encoding.UTF8.GetByteCount(encodable) <= 450)
                    Assert.Equal(encodable, read.Detail);
                else
                    Assert.StartsWith(read.Detail, encodable, StringComparison.Ordinal);
            },
            iter: 5_000);

    [Fact]
    public void A_record_that_was_cut_or_never_was_one_is_refused()
    {
        var record = new ExecFailure(ExecStep.SetGroups, new Errno(Errno.EPERM), "1000,1001").Encode();
        for (var length = 0; length < record.Length; length++)
            Assert.False(ExecFailure.TryDecode(record.AsSpan(0, length), out _));
        Assert.All(
            (string[])["\n", " \n", "exec\n", "exec 2\n", "nosuch 2 x\n", "exec two x\n", "exec 99999 x\n", "exec -1 x\n"],
            text => Assert.False(ExecFailure.TryDecode(Encoding.UTF8.GetBytes(text), out _)));
    }

    [Fact]
    public void Garbage_is_refused_and_nothing_is_thrown() =>
        Gen.Byte.Array[0, 600].Sample(bytes => Assert.False(ExecFailure.TryDecode(bytes, out _)), iter: 5_000);

    [Fact]
    public void A_name_with_control_characters_cannot_write_lines_of_its_own()
    {
        var failure = new ExecFailure(ExecStep.Execute, new Errno(Errno.ENOENT), "a\nexec 0 b\u001b[2J");
        Assert.Single(failure.Encode(), b => b == '\n');
        Assert.DoesNotContain(failure.Sentence, char.IsControl);
    }

    [Theory]
    [InlineData(ExecStep.Arguments, 0, ExecFailureKind.BadRequest)]
    [InlineData(ExecStep.User, 0, ExecFailureKind.BadRequest)]
    [InlineData(ExecStep.EnvironmentFile, 0, ExecFailureKind.BadRequest)]
    [InlineData(ExecStep.EnvironmentFile, Errno.ENOENT, ExecFailureKind.System)]
    [InlineData(ExecStep.SetUid, Errno.EPERM, ExecFailureKind.System)]
    [InlineData(ExecStep.Execute, Errno.ENOENT, ExecFailureKind.NotFound)]
    [InlineData(ExecStep.Execute, Errno.ENOTDIR, ExecFailureKind.NotFound)]
    [InlineData(ExecStep.Interpreter, Errno.ENOENT, ExecFailureKind.NotFound)]
    [InlineData(ExecStep.Loader, Errno.ENOTDIR, ExecFailureKind.NotFound)]
    [InlineData(ExecStep.Execute, Errno.EACCES, ExecFailureKind.NotExecutable)]
    [InlineData(ExecStep.Execute, Errno.ENOEXEC, ExecFailureKind.NotExecutable)]
    [InlineData(ExecStep.Execute, Errno.EAGAIN, ExecFailureKind.System)]
    public void Step_and_error_decide_whose_fault_a_failure_is(ExecStep step, int errno, ExecFailureKind kind) =>
        Assert.Equal(kind, new ExecFailure(step, new Errno(errno), "x").Kind);

    [Fact]
    public void The_sentence_names_step_error_and_remedy() => Assert.Equal(
        "setgroups: Operation not permitted (EPERM): only root, or a process with CAP_SETUID and CAP_SETGID, can change user " +
        "and groups; run the container as root and let the program drop to its user, or leave the user out",
        new ExecFailure(ExecStep.SetGroups, new Errno(Errno.EPERM), "").Sentence);

    [Theory]
    [InlineData(ExecStep.Execute, "echo hello", "write each argument as a string of its own")]
    [InlineData(ExecStep.Execute, "/app/x", "there is no such file")]
    [InlineData(ExecStep.Execute, "x", "in no directory of the PATH")]
    [InlineData(ExecStep.Interpreter, "/bin/x of /app/y", "install it")]
    [InlineData(ExecStep.Interpreter, "/bin/sh\r of /app/y", "Unix line endings")]
    [InlineData(ExecStep.Loader, "/lib/ld.so of /app/y", "C library")]
    public void A_missing_program_interpreter_or_loader_is_told_apart(ExecStep step, string detail, string advice) =>
        Assert.Contains(advice, new ExecFailure(step, new Errno(Errno.ENOENT), detail).Sentence, StringComparison.Ordinal);

    [Fact]
    public void Every_step_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<ExecStep>().Select(s => s.Name()).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z_-]+$", name));
    }
}
