using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class BackoffTests
{
    private static readonly BackoffSettings Backoff = new()
    {
        Initial = Span("1s"), Factor = 2, Max = Span("10s"), Jitter = 0.1, ResetAfter = Span("1m"),
    };

    [Theory]
    [InlineData(1, 0.5, 1000)]
    [InlineData(2, 0.5, 2000)]
    [InlineData(3, 0.5, 4000)]
    [InlineData(4, 0.5, 8000)]
    [InlineData(5, 0.5, 10_000)]
    [InlineData(1000, 0.5, 10_000)]
    [InlineData(int.MaxValue, 0.5, 10_000)]
    [InlineData(1, 0.0, 900)]
    [InlineData(1, 0.75, 1050)]
    [InlineData(5, 0.0, 9000)]
    [InlineData(5, 0.75, 10_500)]
    public void The_delay_grows_to_its_cap_and_varies_about_it(int failures, double jitter, double milliseconds) =>
        Assert.Equal(milliseconds, BackoffDelay.For(Backoff, failures, jitter).TotalMilliseconds);

    [Theory]
    [InlineData("0s", "30s", 2.0)]
    [InlineData("0s", "30s", 100.0)]
    [InlineData("1s", "1s", 1.0)]
    [InlineData("0s", "0s", 100.0)]
    [InlineData("1ms", "3650d", 100.0)]
    public void Any_settings_a_file_may_have_give_a_delay_at_any_count(string initial, string max, double factor)
    {
        var settings = new BackoffSettings { Initial = Span(initial), Max = Span(max), Factor = factor, Jitter = 1 };
        foreach (var failures in new[] { 1, 2, 10, 100, 500, 999, 1001, int.MaxValue })
            Assert.InRange(BackoffDelay.For(settings, failures, 0.999), TimeSpan.Zero, settings.Max * 2);
    }

    [Fact]
    public void Crash_after_crash_waits_longer_up_to_the_cap()
    {
        var world = new World(Daemon("a").Backoff(Backoff with { Jitter = 0 }));
        world.Begin().Forget();
        foreach (var delay in new[] { "1s", "2s", "4s", "8s", "10s", "10s" })
        {
            world.Exits("a", 1).Tells("a exit code 1", $"a again in {delay}: exit code 1");
            world.Pass(delay).Tells("start a", "a ready");
        }
    }

    [Fact]
    public void A_run_longer_than_reset_after_clears_the_count()
    {
        var world = new World(Daemon("a").Backoff(Backoff with { Jitter = 0 }));
        world.Begin().Exits("a", 1).Pass("1s").Exits("a", 1).Pass("2s").Forget();
        world.Pass("1m").Exits("a", 1).Tells("a exit code 1", "a again in 1s: exit code 1");
    }

    [Fact]
    public void A_run_shorter_than_reset_after_does_not()
    {
        var world = new World(Daemon("a").Backoff(Backoff with { Jitter = 0 }));
        world.Begin().Exits("a", 1).Pass("1s").Forget();
        world.Pass("59s").Exits("a", 1).Tells("a exit code 1", "a again in 2s: exit code 1");
    }

    [Fact]
    public void A_service_that_was_never_ready_was_not_running_well_however_long()
    {
        var world = new World(Daemon("a").ReadyBy(ReadyRule.NotifyFd).StartTimeout("2m").Backoff(Backoff with { Jitter = 0 }), Daemon("b"));
        world.Begin().Notifies("a").Exits("a", 1).Pass("1s").Forget();
        world.Pass("90s").Exits("a", 1).Tells("a exit code 1", "a again in 2s: exit code 1");
    }

    [Fact]
    public void Two_of_the_same_do_not_wait_in_step()
    {
        var world = new World(Daemon("a").Backoff(Backoff), Daemon("b").Backoff(Backoff));
        world.Begin().Exits("a", 1).Exits("b", 1);
        var a = Assert.IsType<ServiceState.Backoff>(world.StateOf("a"));
        var b = Assert.IsType<ServiceState.Backoff>(world.StateOf("b"));
        Assert.NotEqual(a.Until, b.Until);
    }

    [Fact]
    public void No_delay_at_all_starts_it_at_the_next_look_at_the_clock()
    {
        var world = new World(Daemon("a").Backoff(Backoff with { Initial = TimeSpan.Zero }));
        world.Begin().Exits("a", 1).Pass("0s").TellsAmongOthers("a again in 0s: exit code 1", "start a", "a ready");
    }

    [Fact]
    public void Dice_fall_from_0_up_to_1_evenly_and_alike_for_the_same_seed()
    {
        foreach (var seed in new ulong[] { 0, 1, 42, ulong.MaxValue })
        {
            var (jitter, again) = (new Jitter(seed), new Jitter(seed));
            var tenths = new int[10];
            for (var i = 0; i < 100_000; i++)
            {
                var roll = jitter.Roll();
                if (roll is < 0 or >= 1 || !roll.Equals(again.Roll()))
                    Assert.Fail($"seed {seed}, roll {i}: {roll}");
                tenths[(int)(roll * 10)]++;
            }
            Assert.All(tenths, n => Assert.InRange(n, 9_500, 10_500));
        }
    }
}
