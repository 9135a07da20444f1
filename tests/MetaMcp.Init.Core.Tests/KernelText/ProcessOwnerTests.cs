using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProcessOwnerTests
{
    [Fact]
    public void A_process_that_is_of_one_user_and_one_group() =>
        Assert.Equal(new ProcessOwner(1001, 33), Read("1001\t1001\t1001\t1001", "33\t33\t33\t33"));

    [Theory]
    [InlineData("1001\t0\t0\t0", "0\t0\t0\t0")]
    [InlineData("0\t0\t1001\t0", "0\t0\t0\t0")]
    [InlineData("0\t0\t0\t0", "0\t33\t0\t33")]
    [InlineData("0 0 0 0", "0\t0\t0\t0")]
    [InlineData("0\t0\t0", "0\t0\t0\t0")]
    [InlineData("4294967295\t4294967295\t4294967295\t4294967295", "0\t0\t0\t0")]
    public void A_process_with_differing_ids_belongs_to_no_user(string uids, string gids) => Assert.Null(Read(uids, gids));

    [Fact]
    public void Nothing_there() => Assert.False(ProcessOwner.TryRead([], out _));

    private static ProcessOwner? Read(string uids, string gids) =>
        ProcessOwner.TryRead(Encoding.ASCII.GetBytes($"Name:\tnode\nUid:\t{uids}\nGid:\t{gids}\nFDSize:\t64\n"), out var owner)
            ? owner
            : null;
}
