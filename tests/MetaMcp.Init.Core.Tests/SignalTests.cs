using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests;

public sealed class SignalTests
{
    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("term", 15)]
    [InlineData("15", 15)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("poll", 29)]
    public void A_signal_is_read_by_name_or_number(string text, int number)
    {
        Assert.True(Signal.TryParse(text, out var signal));
        Assert.Equal(number, signal.Number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("SIGNOPE")]
    [InlineData("RTMIN+")]
    [InlineData("RTMAX-60")]
    public void Text_that_is_no_signal_is_refused(string text) => Assert.False(Signal.TryParse(text, out _));

    [Fact]
    public void Every_name_reads_back_as_its_number()
    {
        foreach (var number in Enumerable.Range(1, Signal.Max).Where(n => n is not (32 or 33)))
        {
            Assert.True(Signal.TryParse(Signal.FromNumber(number).ToString(), out var read));
            Assert.Equal(number, read.Number);
        }
    }
}
