using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class GroupFileTests
{
    private static readonly byte[] File = Encoding.Latin1.GetBytes(
        """
        root:x:0:
        nodes:x:10:other,node,node
        : x:11:node
        bad:x:eleven:node
        short:x:12
        long:x:13:node:node
        again:x:10:node
        docker:x:14:nodejs,anode
        last:x:15:a,node
        """);

    [Fact]
    public void A_group_is_found_by_name() => Assert.Equal(14u, GroupFile.FindByName(File, "docker"));

    [Theory]
    [InlineData("")]
    [InlineData("bad")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("dock")]
    public void A_line_that_is_no_group_is_passed_over(string name) => Assert.Null(GroupFile.FindByName(File, name));

    [Fact]
    public void A_user_has_the_primary_group_and_each_group_that_lists_it_once() =>
        Assert.Equal<uint>([1000, 10, 15], GroupFile.GroupsOf(File, "node", 1000));

    [Fact]
    public void A_primary_group_that_lists_the_user_too_counts_once() =>
        Assert.Equal<uint>([10, 15], GroupFile.GroupsOf(File, "node", 10));

    [Fact]
    public void Without_a_file_there_is_the_primary_group() => Assert.Equal<uint>([7], GroupFile.GroupsOf([], "node", 7));
}
