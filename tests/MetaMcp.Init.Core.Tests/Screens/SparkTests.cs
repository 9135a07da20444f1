using MetaMcp.Init.Core.Screens;

namespace MetaMcp.Init.Core.Tests.Screens;

public sealed class SparkTests
{
    [Theory]
    [InlineData(new double[0], 8, "        ")]
    [InlineData(new double[] { 4 }, 8, "       ▅")]
    [InlineData(new double[] { 0, 1, 2, 3, 4, 5, 6, 8 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new double[] { 0, 8, 0, 0 }, 16, "      █▁")]
    [InlineData(new double[] { 100, -5, double.NaN }, 8, "     █▁ ")]
    [InlineData(new double[] { double.NaN, double.NaN }, 8, "        ")]
    public void The_latest_stands_at_the_right_and_a_peak_is_never_lost(double[] values, int whole, string drawn) =>
        Assert.Equal(drawn, Spark.Draw(values, whole, 8, 8, isAscii: false));

    [Fact]
    public void In_ascii_it_is_ascii() => Assert.Equal("_.:-=+*#", Spark.Draw([0, 1, 2, 3, 4, 5, 6, 8], 8, 8, 8, isAscii: true));

    [Fact]
    public void Nothing_is_drawn_in_no_columns() => Assert.Equal("", Spark.Draw([1, 2], 8, 8, 0, isAscii: false));
}
