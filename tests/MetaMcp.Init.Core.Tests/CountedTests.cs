using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, "0 services")]
    [InlineData(1, "1 service")]
    [InlineData(-1, "-1 services")]
    [InlineData(21, "21 services")]
    [InlineData(long.MaxValue, "9223372036854775807 services")]
    public void One_is_singular(long number, string text)
    {
        Assert.Equal(text, Counted.Text(number, "service"));
        Assert.Equal(text, new Counted(number, "service").ToString());
    }

    [Fact]
    public void A_plural_may_be_another_word() =>
        Assert.Equal(["1 process", "2 processes"], [Counted.Text(1, "process", "processes"), Counted.Text(2, "process", "processes")]);
}
