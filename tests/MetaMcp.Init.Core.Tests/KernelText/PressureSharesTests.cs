using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class PressureSharesTests
{
    private static ReadOnlySpan<byte> MemoryPressure =>
        "some avg10=12.05 avg60=3.40 avg300=0.71 total=8123456\nfull avg10=9.00 avg60=2.10 avg300=0.40 total=6000001\n"u8;

    [Fact]
    public void Both_lines_are_read()
    {
        Assert.Equal(
            new PressureShares(12.05, TimeSpan.FromMicroseconds(8_123_456)), PressureShares.Find(MemoryPressure, "some"u8));
        Assert.Equal(new PressureShares(9, TimeSpan.FromMicroseconds(6_000_001)), PressureShares.Find(MemoryPressure, "full"u8));
    }

    [Fact]
    public void Older_kernels_have_no_line_of_full_for_the_processor()
    {
        var file = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"u8;
        Assert.Equal(new PressureShares(0, TimeSpan.Zero), PressureShares.Find(file, "some"u8));
        Assert.Null(PressureShares.Find(file, "full"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("some")]
    [InlineData("some avg10=0.00\n")]
    [InlineData("some total=1\n")]
    [InlineData("some avg10=1 total=1\n")]
    [InlineData("some avg10=x.00 total=1\n")]
    [InlineData("some avg10=-1.00 total=1\n")]
    [InlineData("some avg10=0.00 total=99999999999999999999\n")]
    [InlineData("something avg10=0.00 total=1\n")]
    public void Other_texts_are_not_known(string text) => Assert.Null(PressureShares.Find(Encoding.UTF8.GetBytes(text), "some"u8));
}
