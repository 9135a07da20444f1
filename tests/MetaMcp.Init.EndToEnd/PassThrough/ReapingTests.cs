using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

public sealed partial class ReapingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_orphans_are_each_collected_once(bool terminal)
    {
        var ended = await InitProcess.Run(
            new Setup("-w", "--", Files.Program("forkmany"), "statuses", "1000") { Terminal = terminal }, Patience.Long);
        Assert.Equal(0, ended.Code);
        var pids = ended.Lines.Select(line => Reaped().Match(line.Text)).Where(match => match.Success)
            .Select(match => match.Groups["pid"].Value).ToList();
        Assert.Equal(1000, pids.Count);
        Assert.Equal(1000, pids.Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_thousand_orphans_leave_no_zombie(bool terminal)
    {
        var ended = await InitProcess.Run(
            new Setup("--", Files.Program("forkmany"), "orphans", "20000") { Terminal = terminal }, Patience.Long);
        Assert.Contains("zombies 0 orphans 0", ended.Stdout);
        Assert.Equal(0, ended.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_that_end_in_one_moment_are_all_collected(bool terminal)
    {
        // A thousand SIGCHLD become one or a few, so each has to be answered by collecting every child that has ended.
        var ended = await InitProcess.Run(
            new Setup("--", Files.Program("forkmany"), "burst", "1000") { Terminal = terminal }, Patience.Long);
        Assert.Contains("waiting 1000", ended.Stdout);
        Assert.Contains("zombies 0 orphans 0", ended.Stdout);
        Assert.Equal(0, ended.Code);
    }

    [Fact]
    public async Task Every_one_of_a_hundred_exit_codes_comes_through()
    {
        for (var code = 1; code <= 100; code++)
            Assert.Equal(code, (await InitProcess.Run("--", Files.Program("exits"), $"{code}")).Code);
    }

    [Fact]
    public async Task An_init_that_is_not_PID_1_adopts_orphans_with_s()
    {
        var ended = await InitProcess.Run(
            new Setup("-s", "--", Files.Program("forkmany"), "orphans", "500") { NotFirst = true }, Patience.Long);
        Assert.Contains("zombies 0 orphans 0", ended.Stdout);
        Assert.Equal(0, ended.Code);
    }

    [GeneratedRegex(@"(?i)reaped.*pid[ =](?<pid>\d+)")]
    private static partial Regex Reaped();
}
