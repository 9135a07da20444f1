using CsCheck;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineRateLimiterTests
{
    private static readonly Instant Start = new(1_000_000_000);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_burst_passes_whole_and_what_follows_passes_at_the_rate()
    {
        var limiter = new LineRateLimiter(new LineRate(1000, Second) { Burst = 10_000 });
        Assert.Equal(10_000, Admitted(limiter, 20_000, Start));
        Assert.Equal(0, Admitted(limiter, 10, Start + TimeSpan.FromTicks(9999)));
        Assert.Equal(1, Admitted(limiter, 10, Start + TimeSpan.FromMilliseconds(1)));
        Assert.Equal(999, Admitted(limiter, 20_000, Start + Second));
        Assert.Equal(1000, Admitted(limiter, 20_000, Start + Second + Second));
    }

    [Fact]
    public void After_a_silence_there_is_a_whole_burst_again_and_never_more()
    {
        var limiter = new LineRateLimiter(new LineRate(1000, Second) { Burst = 10_000 });
        Assert.Equal(10_000, Admitted(limiter, 10_001, Start));
        Assert.Equal(10_000, Admitted(limiter, 20_000, Start + TimeSpan.FromSeconds(10)));
        Assert.Equal(10_000, Admitted(limiter, 20_000, Start + TimeSpan.FromDays(20_000)));
    }

    [Fact]
    public void Parts_of_a_line_add_up()
    {
        // At three lines a second, a line does not take a whole number of ticks.
        var limiter = new LineRateLimiter(new LineRate(3, Second));
        Assert.Equal(3, Admitted(limiter, 5, Start));
        var admitted = Enumerable.Range(1, 1000).Sum(step => Admitted(limiter, 5, Start + TimeSpan.FromMilliseconds(100 * step)));
        Assert.InRange(admitted, 299, 300);
    }

    [Theory]
    [InlineData(1000, 1, 10_000)]
    [InlineData(600, 60, 600)]
    [InlineData(1, 1, 10)]
    [InlineData(int.MaxValue, 1, int.MaxValue)]
    public void A_burst_that_is_not_named_is_ten_seconds_worth_and_at_least_what_the_rate_names(int lines, int seconds, int burst)
    {
        var rate = LineRate.WithUsualBurst(lines, TimeSpan.FromSeconds(seconds));
        Assert.Equal(burst, rate.Burst);
        var limiter = new LineRateLimiter(rate);
        Assert.Equal(Math.Min(burst, 20_000), Admitted(limiter, 20_000, Start));
        Assert.InRange(Admitted(limiter, 20_000, Start + Second), Math.Min(lines / seconds, 20_000), 20_000);
    }

    [Fact]
    public void The_count_is_due_a_span_after_the_first_and_is_given_once()
    {
        var limiter = new LineRateLimiter(new LineRate(1, Second));
        Assert.True(limiter.TryAdmit(Start));
        Assert.Null(limiter.Due);
        var later = Start + TimeSpan.FromMilliseconds(500);
        Assert.False(limiter.TryAdmit(later));
        limiter.AddDropped(41, later);
        limiter.AddDropped(1, later + TimeSpan.FromMilliseconds(100));
        Assert.Equal(later + Second, limiter.Due);
        Assert.Equal(0, limiter.TakeDropped(later + TimeSpan.FromMilliseconds(999)));
        Assert.Equal(42, limiter.TakeDropped(later + Second));
        Assert.Null(limiter.Due);
        Assert.Equal(0, limiter.TakeDropped(later + Second));
    }

    [Fact]
    public void At_the_end_of_the_stream_the_count_does_not_wait()
    {
        var limiter = new LineRateLimiter(new LineRate(0, Second));
        Assert.False(limiter.TryAdmit(Start));
        limiter.AddDropped(7, Start);
        Assert.Equal(7, limiter.TakeAllDropped());
        Assert.Null(limiter.Due);
    }

    [Fact]
    public void Without_a_rate_everything_passes()
    {
        var limiter = new LineRateLimiter(null);
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.True(limiter.TryAdmit(Start)));
        Assert.Null(limiter.Due);
    }

    [Fact]
    public void Never_more_than_the_burst_and_the_rate_in_any_second_and_every_line_is_accounted_for() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 9], Gen.Int[0, 400].Array[1, 200]).Sample((lines, burst, steps) =>
        {
            var limiter = new LineRateLimiter(new LineRate(lines, Second) { Burst = burst });
            var now = Start;
            var admitted = new List<Instant>();
            var reported = 0L;
            foreach (var step in steps)
            {
                now += TimeSpan.FromMilliseconds(step);
                reported += limiter.TakeDropped(now);
                if (limiter.TryAdmit(now))
                    admitted.Add(now);
                else
                    limiter.AddDropped(1, now);
            }
            reported += limiter.TakeAllDropped();
            Assert.Equal(steps.Length, admitted.Count + reported);
            Assert.All(admitted, at => Assert.InRange(admitted.Count(other => other >= at && other < at + Second), 1, burst + lines));
        });

    private static int Admitted(LineRateLimiter limiter, int lines, Instant now) =>
        Enumerable.Range(0, lines).Count(_ => limiter.TryAdmit(now));
}
