using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Shims;

public sealed class IdleMeterTests
{
    private static readonly Instant Start = new(1_000_000_000);
    private readonly IdleMeter _meter = new(TimeSpan.FromMinutes(10), Start);

    [Fact]
    public void A_server_without_traffic_is_idle_after_its_time_and_not_before()
    {
        _meter.Observe(100, At(0));
        _meter.Observe(100, At(599));
        Assert.False(_meter.IsIdle);
        _meter.Observe(100, At(600));
        Assert.True(_meter.IsIdle);
    }

    [Fact]
    public void Traffic_begins_the_time_anew()
    {
        _meter.Observe(100, At(0));
        _meter.Observe(101, At(599));
        _meter.Observe(101, At(1198));
        Assert.False(_meter.IsIdle);
        _meter.Observe(101, At(1199));
        Assert.True(_meter.IsIdle);
    }

    [Fact]
    public void An_idle_server_with_traffic_is_idle_no_more()
    {
        _meter.Observe(100, At(0));
        _meter.Observe(100, At(600));
        _meter.Observe(200, At(610));
        Assert.False(_meter.IsIdle);
    }

    [Fact]
    public void A_count_that_falls_is_traffic_since_a_process_has_ended()
    {
        _meter.Observe(100, At(0));
        _meter.Observe(50, At(600));
        Assert.False(_meter.IsIdle);
    }

    [Fact]
    public void A_server_that_cannot_be_looked_at_is_never_idle()
    {
        _meter.Observe(null, At(0));
        _meter.Observe(null, At(6000));
        Assert.False(_meter.IsIdle);
    }

    [Theory]
    [InlineData(400, 250)]
    [InlineData(4000, 1000)]
    [InlineData(600_000, 10_000)]
    public void It_is_looked_at_four_times_within_its_time_but_neither_too_often_nor_too_seldom(int after, int interval) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(interval), new IdleMeter(TimeSpan.FromMilliseconds(after), Start).Interval);

    private static Instant At(int seconds) => Start + TimeSpan.FromSeconds(seconds);
}
