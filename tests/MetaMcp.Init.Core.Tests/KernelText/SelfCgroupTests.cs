using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class SelfCgroupTests
{
    [Fact]
    public void A_namespace_of_its_own_shows_the_root() => Assert.Equal("/", SelfCgroup.Unified("0::/\n"u8));

    [Fact]
    public void The_line_of_version_2_is_found_among_those_of_version_1()
    {
        var file = "12:memory:/docker/ab\n1:name=systemd:/docker/ab\n0::/docker/ab\n"u8;
        Assert.Equal("/docker/ab", SelfCgroup.Unified(file));
        Assert.True(SelfCgroup.HasVersion1(file));
    }

    [Fact]
    public void A_named_hierarchy_has_no_controllers() => Assert.False(SelfCgroup.HasVersion1("1:name=systemd:/x\n0::/x\n"u8));

    [Theory]
    [InlineData("")]
    [InlineData("4:cpu:/\n")]
    [InlineData("0::\n")]
    [InlineData("10::/x\n")]
    public void Without_version_2_there_is_no_path(string text) =>
        Assert.Null(SelfCgroup.Unified(System.Text.Encoding.UTF8.GetBytes(text)));
}
