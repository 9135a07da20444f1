using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class KernelReleaseTests
{
    [Theory]
    [InlineData("6.18.44-fc-v657", 6, 18)]
    [InlineData("4.4", 4, 4)]
    [InlineData("5.15-rc3", 5, 15)]
    [InlineData("2.6.32-754.el6.x86_64", 2, 6)]
    public void The_first_two_numbers_count(string text, int major, int minor) =>
        Assert.Equal(new KernelRelease(major, minor), KernelRelease.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("6")]
    [InlineData("6.")]
    [InlineData("x.y")]
    [InlineData("6.x")]
    [InlineData("99999999999.1")]
    public void Text_that_begins_otherwise_is_no_release(string text) => Assert.Null(KernelRelease.Read(text));

    [Fact]
    public void Order_goes_by_numbers()
    {
        Assert.True(new KernelRelease(5, 9).IsBefore(new(5, 15)));
        Assert.True(new KernelRelease(4, 20).IsBefore(new(5, 3)));
        Assert.False(new KernelRelease(5, 3).IsBefore(new(5, 3)));
    }
}
