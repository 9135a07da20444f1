namespace MetaMcp.Init.Tests.Exec;

/// <summary>The pipe that holds the second stage back.</summary>
public sealed class GateTests
{
    [Fact]
    public void A_byte_opens_it_and_the_command_does_not_have_it()
    {
        var run = Stage.RunBehind(
            ["bash", "-c", "exec 7< <(printf x); exec \"$@\"", "bash"],
            "--gate", "7", "--", "sh", "-c", "[ ! -e /proc/self/fd/7 ] && echo ran");
        Assert.Equal((0, "ran\n", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void At_its_end_nothing_runs_and_nothing_is_said()
    {
        var run = Stage.RunBehind(["bash", "-c", "exec 7</dev/null; exec \"$@\"", "bash"], "--gate", "7", "--", "echo", "ran");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void A_gate_that_is_no_descriptor_is_a_failure()
    {
        var run = Stage.Run("--gate", "99", "--", "echo", "ran");
        Assert.Equal(111, run.ExitCode);
        Assert.Contains("--gate 99: Bad file descriptor", run.Error, StringComparison.Ordinal);
    }
}
