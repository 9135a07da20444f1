using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The lines of <c>logs</c>.</summary>
public sealed class LogLinesTests
{
    [Fact]
    public void A_sign_says_whose_words_they_are() =>
        Assert.Equal(
            """
            13:02:11.118 backend            | listening on 12009
            13:02:11.131 desktop-commander@1! EACCES: permission denied, open '/root/x'
            13:02:13.002 worker             = ended: exit code 3; circuit open for 60s
            13:02:13.900 search             ~ 1,204 lines dropped over log_rate_limit
            """, string.Join('\n', SamplePages.Lines.Select(row => LogLines.Draw(row, new ScreenStyle(80)))));

    [Fact]
    public void A_long_name_is_cut_where_lines_are_cut()
    {
        var row = new LogRow(1, 0, "a-service-with-a-very-long-name", LogStream.Stdout, new string('t', 200));
        Assert.Equal($"00:00:00.000 a-service-with-a-v…| {new string('t', 45)}…", LogLines.Draw(row, new ScreenStyle(80)));
        Assert.Equal(
            $"00:00:00.000 a-service-with-a-very-long-name| {new string('t', 200)}", LogLines.Draw(row, new ScreenStyle(int.MaxValue)));
    }

    [Fact]
    public void The_name_alone_has_a_colour_and_only_where_there_are_colours()
    {
        var row = SamplePages.Lines[0];
        var coloured = LogLines.Draw(row, new ScreenStyle(80, IsColoured: true));
        Assert.Matches("^13:02:11.118 \e\\[[0-9]+mbackend +\e\\[0m\\| listening on 12009$", coloured);
        Assert.DoesNotContain('\e', LogLines.Draw(row, new ScreenStyle(80)));
    }

    [Theory]
    [InlineData(-1, "23:59:59.999")]
    [InlineData(86_400_000, "00:00:00.000")]
    [InlineData(long.MinValue, "16:47:04.192")]
    public void Any_time_is_a_time_of_day(long time, string shown) => Assert.Equal(shown, ClockText.Precise(time));
}
