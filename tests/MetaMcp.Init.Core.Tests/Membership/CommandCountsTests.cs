using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

public sealed class CommandCountsTests
{
    [Fact]
    public void The_most_frequent_come_first_and_equals_in_the_order_of_their_names() =>
        Assert.Equal(["2 node", "1 npm exec", "1 sh"], CommandCounts.Of(["sh", "node", "npm exec", "node"], 4));

    [Fact]
    public void Beyond_five_names_the_processes_are_only_counted() =>
        Assert.Equal(
            ["2 f", "1 a", "1 b", "1 c", "1 d", "3 others"], CommandCounts.Of(["a", "b", "c", "d", "e", "f", "g", "f"], 9));

    [Fact]
    public void Those_whose_names_were_not_read_are_others() => Assert.Equal(["1 a", "998 others"], CommandCounts.Of(["a", ""], 999));

    [Fact]
    public void Without_a_name_there_is_no_list() => Assert.Empty(CommandCounts.Of(["", ""], 2));
}
