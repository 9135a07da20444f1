using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The lines of <c>events</c>.</summary>
public sealed class EventLinesTests
{
    private static readonly ScreenStyle Style = new(80);

    [Fact]
    public void An_event_is_a_line()
    {
        Assert.Equal("  SEQ     AGE   SUBJECT            WHAT", EventLines.Heading(Style));
        Assert.Equal(
            "  432   2h40m   backend            exited after 3.00 s, killed by SIGKILL",
            EventLines.Draw(Row(432, new TimeSpan(2, 40, 0), "backend", "exited after 3.00 s, killed by SIGKILL"), Style));
        Assert.Equal(
            "  412   3h12m   mcp-init           up after 4.71 s: 7 running, 1 done",
            EventLines.Draw(Row(412, new TimeSpan(3, 12, 0), null, "up after 4.71 s: 7 running, 1 done"), Style));
    }

    [Fact]
    public void A_failure_and_a_warning_have_a_mark()
    {
        var row = Row(507, TimeSpan.FromSeconds(41), "worker", "circuit open");
        Assert.Equal("  507     41s ✖ worker             circuit open", EventLines.Draw(row with { Level = EventLevel.Error }, Style));
        Assert.Equal("  507     41s ▲ worker             circuit open", EventLines.Draw(row with { Level = EventLevel.Warning }, Style));
        Assert.Equal(
            "  507     41s ! worker             circuit open",
            EventLines.Draw(row with { Level = EventLevel.Warning }, Style with { IsAscii = true }));
    }

    [Fact]
    public void A_number_that_was_never_given_is_told_in_one_line_of_80_columns() => Assert.Equal(
        "~ number 5000 was never given in this life of the container: all events follow",
        EventLines.Draw(new GapRow(0) { Next = 1, NeverGiven = 5000 }, Style));

    [Fact]
    public void A_long_line_is_cut()
    {
        var line = EventLines.Draw(Row(1, TimeSpan.Zero, new string('s', 40), new string('t', 200)), Style);
        Assert.Equal(80, line.Length);
        Assert.EndsWith("t…", line, StringComparison.Ordinal);
        Assert.Contains("ssss… t", line, StringComparison.Ordinal);
    }

    private static EventRow Row(long sequence, TimeSpan age, string? subject, string text) =>
        new(sequence, age, "service.exited", EventLevel.Info, subject, text);
}
