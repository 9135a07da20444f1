using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class IdMapTests
{
    [Fact]
    public void The_map_of_the_machine_is_whole() =>
        Assert.True(IdMap.IsWhole(IdMap.Read("         0          0 4294967295\n"u8)));

    [Fact]
    public void A_rootless_map_has_its_ranges_and_no_others()
    {
        var map = IdMap.Read("         0       1000          1\n         1     100000      65536\n"u8);
        Assert.False(IdMap.IsWhole(map));
        Assert.True(IdMap.Has(map, 0));
        Assert.True(IdMap.Has(map, 65536));
        Assert.False(IdMap.Has(map, 65537));
        Assert.False(IdMap.Has(map, uint.MaxValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0 0\n")]
    [InlineData("0 0 1 2\n")]
    [InlineData("a b c\n")]
    [InlineData("-1 0 1\n")]
    [InlineData("0 0 4294967296\n")]
    [InlineData("\0\n\n   \n")]
    public void Lines_that_are_not_three_numbers_are_passed_over(string text) => Assert.Empty(IdMap.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_end_of_the_numbers_is_no_overflow() => Assert.True(IdMap.Has([new(uint.MaxValue - 1, 0, 5)], uint.MaxValue));
}
