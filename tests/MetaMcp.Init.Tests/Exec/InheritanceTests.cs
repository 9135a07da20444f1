using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class InheritanceTests
{
    private const string List = "for f in 3 4 5 6 7 8 1000; do { : <&$f; } 2>/dev/null && echo $f; done";

    private static readonly string[] WithDescriptors =
        ["bash", "-c", "ulimit -n 2000; exec \"$@\" 4</dev/null 5</dev/null 7</dev/null 1000</dev/null", "bash"];

    [Fact]
    public void Ignored_and_blocked_signals_are_reset()
    {
        var run = Stage.RunBehind(
            ["env", "--ignore-signal=HUP,PIPE,USR1,RTMIN,RTMAX", "--block-signal=TERM,CHLD,USR2,RTMIN"], "--", "cat", "/proc/self/status");
        Assert.Equal(new string('0', 16), run.Status("SigIgn"));
        Assert.Equal(new string('0', 16), run.Status("SigBlk"));
    }

    [Fact]
    public void Descriptors_are_passed_on_unless_they_are_to_be_closed()
    {
        Assert.Equal("4 5 7 1000", Open(Stage.RunBehind(WithDescriptors, "--", "bash", "-c", List)));
        Assert.Equal("", Open(Stage.RunBehind(WithDescriptors, "--close-fds", "--", "bash", "-c", List)));
        Assert.Equal(
            "5 1000",
            Open(Stage.RunBehind(
                WithDescriptors, "--close-fds", "--keep-fd", "1000", "--keep-fd=5", "--keep-fd", "5", "--", "bash", "-c", List)));
    }

    [Theory]
    [InlineData("close_range=38")]
    [InlineData("close_range=22")]
    [InlineData("close_range=1")]
    public void They_are_closed_on_kernels_without_close_range(string refusal)
    {
        Stage.NeedRoot();
        var run = Stage.RunBehind(
            [.. WithDescriptors, Files.Program("refuse"), refusal, "--"], "--close-fds", "--keep-fd", "7", "--", "bash", "-c", List);
        Assert.Equal("7", Open(run));
    }

    [Fact]
    public void And_without_proc_too()
    {
        Stage.NeedRoot();
        var run = Stage.RunBehind(
            [
                .. WithDescriptors, "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh",
                Files.Program("refuse"), "close_range=38", "--",
            ],
            "--close-fds", "--keep-fd", "7", "--rlimit", "nofile=50", "--", "bash", "-c", List);
        Assert.Equal("7", Open(run));
    }

    private static string Open(Stage run)
    {
        Assert.Equal(0, run.ExitCode & 0xfe);
        Assert.Equal("", run.Error);
        return run.Output.Trim().Replace('\n', ' ');
    }
}
