using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens.Top;

public sealed class TopHistoryTests
{
    private readonly TopHistory _history = new(TimeSpan.FromSeconds(2));

    [Fact]
    public void The_processors_are_the_difference_between_two_looks()
    {
        Take(0, 100);
        // At the first look: the mean of its life.
        Assert.Equal(0.25, _history.CoresOf("service"));
        Take(2, 103);
        Assert.Equal(1.5, _history.CoresOf("service"));
        Take(4, 103);
        Assert.Equal(0, _history.CoresOf("service"));
        Assert.Equal([0.25, 1.5, 0], _history.CoresBefore("service"));
    }

    [Fact]
    public void Another_run_of_the_service_begins_anew()
    {
        Take(0, 100);
        Take(2, 1, run: "mcp-1-2");
        Assert.Equal(1 / 400.0, _history.CoresOf("service"));
    }

    [Fact]
    public void A_sum_that_falls_is_no_negative_use()
    {
        Take(0, 100);
        Take(2, 80);
        Assert.Equal(80 / 400.0, _history.CoresOf("service"));
    }

    [Fact]
    public void What_is_not_known_stays_unknown()
    {
        Take(0, null);
        Assert.Null(_history.CoresOf("service"));
        Take(2, 10);
        Take(4, null);
        Assert.Null(_history.CoresOf("service"));
        Assert.Equal([double.NaN, 10 / 400.0, double.NaN], _history.CoresBefore("service"));
        Assert.Null(_history.CoresOf("another"));
        Assert.Empty(_history.MemoryOf("another"));
    }

    [Fact]
    public void No_more_than_five_minutes_are_kept_and_nothing_of_a_run_that_is_gone()
    {
        for (var look = 0; look < 1000; look++)
            Take(look * 2, look);
        Assert.Equal(150, _history.Whole);
        Assert.Equal(150, _history.CoresBefore("service").Count);
        _history.Take(Document(null, "x") with { Services = [] }, TimeSpan.FromHours(2));
        Assert.Empty(_history.CoresBefore("service"));
    }

    private void Take(int seconds, int? used, string run = "mcp-1-1") =>
        _history.Take(Document(used, run), TimeSpan.FromSeconds(seconds));

    private static StatusDocument Document(int? used, string run)
    {
        var document = SampleTop.At(0);
        return document with
        {
            Services =
            [
                new ServiceRow
                {
                    Name = "service", Condition = ServiceCondition.Ready, Since = TimeSpan.FromSeconds(1),
                    RunAge = TimeSpan.FromSeconds(400), Instance = run,
                },
            ],
            Instances = [],
            Usages = document.Usages.Add("service", new Usage(1) { CpuTime = used is { } s ? TimeSpan.FromSeconds(s) : null }),
        };
    }
}
