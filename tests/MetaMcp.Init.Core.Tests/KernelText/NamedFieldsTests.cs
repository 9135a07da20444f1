using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class NamedFieldsTests
{
    private static ReadOnlySpan<byte> MemInfo => "MemTotal:       24684092 kB\nSwapTotal:       2097148 kB\nHugePages_Total:       0\n"u8;

    [Theory]
    [InlineData("MemTotal", 24684092L)]
    [InlineData("SwapTotal", 2097148L)]
    [InlineData("HugePages_Total", 0L)]
    [InlineData("Swap", null)]
    [InlineData("", null)]
    public void A_field_is_found_by_its_whole_name(string name, long? number) => Assert.Equal(number, NamedFields.Number(MemInfo, name));

    [Fact]
    public void Flat_keyed_files_of_cgroups_are_read_too()
    {
        Assert.Equal(3, NamedFields.Number("low 0\noom 4\noom_kill 3\noom_group_kill 1\n"u8, "oom_kill"));
        Assert.Equal("0::/", NamedFields.Find("x: 0::/"u8, "x"));
    }

    [Theory]
    [InlineData("SwapTotal:")]
    [InlineData("SwapTotal: -1 kB")]
    [InlineData("SwapTotal: 99999999999999999999 kB")]
    [InlineData("SwapTotal: 1e3 kB")]
    [InlineData("\0\0\0")]
    [InlineData("::::\n\n \n")]
    [InlineData(" SwapTotal: 1 kB")]
    [InlineData("")]
    public void Garbage_is_no_number(string text) => Assert.Null(NamedFields.Number(System.Text.Encoding.UTF8.GetBytes(text), "SwapTotal"));
}
