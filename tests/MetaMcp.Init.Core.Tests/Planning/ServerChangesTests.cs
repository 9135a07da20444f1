using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class ServerChangesTests
{
    private const string Whole =
        "command = ['npx', 'p']\nmatch = ['p', 'q']\nallow = []\nenvironment = { A = '1' }\nsupplementary_groups = ['1']\n" +
        "rlimits = { nofile = 9 }\ncapabilities = []\nmemory_max = '1GiB'\n";

    [Fact]
    public void The_same_file_read_twice_changes_nothing() => Assert.True(Between(Whole, Whole).IsEmpty);

    [Theory]
    [InlineData("command = ['npx', 'p']", "command = ['npx', 'p', 'x']")]
    [InlineData("'q'", "'r'")]
    [InlineData("allow = []\n", "")]
    [InlineData("A = '1'", "A = '2'")]
    [InlineData("['1']", "['2']")]
    [InlineData("nofile = 9", "nofile = 8")]
    [InlineData("capabilities = []", "capabilities = ['chown']")]
    [InlineData("1GiB", "2GiB")]
    [InlineData("memory_max", "max_instances = 3\nmemory_max")]
    [InlineData("memory_max", "close_grace = '1s'\nmemory_max")]
    [InlineData("memory_max", "unwrap = false\nmemory_max")]
    public void Every_key_counts(string words, string others)
    {
        var changes = Between(Whole, Whole.Replace(words, others, StringComparison.Ordinal));
        Assert.Equal(["a"], changes.Changed);
        Assert.Empty(changes.Added);
        Assert.Empty(changes.Removed);
    }

    [Fact]
    public void Names_are_listed_in_the_order_of_their_file()
    {
        var changes = ServerChanges.Between(
            Read("[server.z]\n[server.b]\n[server.c]\n"), Read("[server.c]\nunwrap = false\n[server.y]\n[server.x]\n"));
        Assert.Equal(["c"], changes.Changed);
        Assert.Equal(["y", "x"], changes.Added);
        Assert.Equal(["z", "b"], changes.Removed);
    }

    private static ServerChanges Between(string before, string after) =>
        ServerChanges.Between(Read("[server.a]\n" + before), Read("[server.a]\n" + after));

    private static Settings Read(string text) =>
        ConfigReader.Read("f", Encoding.UTF8.GetBytes("[service.s]\ncommand = ['x']\n" + text)).Settings!;
}
