using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProcessTimesTests
{
    private const string Rest =
        " S 1 57 57 0 -1 4194560 90871 12 3 0 150 30 7 2 20 0 11 0 2417 1203445760 25012 18446744073709551615 1 1 0\n";

    [Fact]
    public void The_time_of_children_that_were_collected_counts_too()
    {
        Assert.True(ProcessTimes.TryRead(Encoding.UTF8.GetBytes("57 (node)" + Rest), out var times));
        Assert.Equal(new ProcessTimes(TimeSpan.FromSeconds(1.57), TimeSpan.FromSeconds(0.32)), times);
    }

    [Fact]
    public void A_name_may_look_like_the_rest()
    {
        Assert.True(ProcessTimes.TryRead(Encoding.UTF8.GetBytes("57 (a) R 1 1 1 1 1 1 1 1 1 1 9 9 9 9)" + Rest), out var times));
        Assert.Equal(TimeSpan.FromSeconds(1.57), times.User);
    }

    [Theory]
    [InlineData("")]
    [InlineData("57 (node)")]
    [InlineData("57 (node) S 1 57 57 0 -1 4194560 90871 12 3 0 150 30 7")]
    [InlineData("57 (node) S 1 57 57 0 -1 4194560 90871 12 3 0 150 -30 7 2 20")]
    public void A_text_that_is_cut_or_broken_has_no_times(string text) =>
        Assert.False(ProcessTimes.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_time_beyond_all_measure_is_no_overflow() =>
        Assert.True(ProcessTimes.Time(ulong.MaxValue) > TimeSpan.FromDays(1_000_000));
}
