using CsCheck;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineRateLimiterTests
{
    private static readonly Instant Start = new(1_000_000_000);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Lines_up_to_the_rate_pass_and_the_next_one_does_not()
    {
        var limiter = new LineRateLimiter(new LineRate(3, Second));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(limiter.TryAdmit(Start)));
        Assert.False(limiter.TryAdmit(Start + TimeSpan.FromMilliseconds(999)));
        Assert.True(limiter.TryAdmit(Start + Second));
    }

    [Fact]
    public void A_window_begins_with_a_line_and_not_by_the_clock()
    {
        var limiter = new LineRateLimiter(new LineRate(1, Second));
        Assert.True(limiter.TryAdmit(Start));
        var later = Start + TimeSpan.FromSeconds(1.5);
        Assert.True(limiter.TryAdmit(later));
        Assert.False(limiter.TryAdmit(Start + TimeSpan.FromSeconds(2)));
        Assert.True(limiter.TryAdmit(later + Second));
    }

    [Fact]
    public void The_count_is_due_when_the_window_ends_and_is_given_once()
    {
        var limiter = new LineRateLimiter(new LineRate(1, Second));
        Assert.True(limiter.TryAdmit(Start));
        Assert.Null(limiter.Due);
        Assert.False(limiter.TryAdmit(Start));
        limiter.AddDropped(41);
        limiter.AddDropped(1);
        Assert.Equal(Start + Second, limiter.Due);
        Assert.Equal(0, limiter.TakeDropped(Start + TimeSpan.FromMilliseconds(999)));
        Assert.Equal(42, limiter.TakeDropped(Start + Second));
        Assert.Null(limiter.Due);
        Assert.Equal(0, limiter.TakeDropped(Start + Second));
    }

    [Fact]
    public void At_the_end_of_the_stream_the_count_does_not_wait()
    {
        var limiter = new LineRateLimiter(new LineRate(0, Second));
        Assert.False(limiter.TryAdmit(Start));
        limiter.AddDropped(7);
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
    public void Never_more_than_twice_the_rate_in_any_window_and_every_line_is_accounted_for() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 400].Array[1, 200]).Sample((lines, steps) =>
        {
            var limiter = new LineRateLimiter(new LineRate(lines, Second));
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
                    limiter.AddDropped(1);
            }
            reported += limiter.TakeAllDropped();
            Assert.Equal(steps.Length, admitted.Count + reported);
            Assert.All(admitted, at => Assert.InRange(admitted.Count(other => other >= at && other < at + Second), 1, 2 * lines));
        });
}
