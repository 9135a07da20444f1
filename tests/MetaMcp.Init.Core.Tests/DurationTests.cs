using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    public void A_span_is_numbers_with_their_units(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var span));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), span);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1sec")]
    [InlineData("1..5s")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1e3s")]
    [InlineData("+1s")]
    [InlineData("40000d")]
    [InlineData("9999999999999s")]
    [InlineData("1m30")]
    public void Text_that_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
