using MetaMcp.Init.Connecting;

namespace MetaMcp.Init.Tests.Connecting;

/// <summary>Any process of the network namespace can make sockets with names of its choice.</summary>
public sealed class ListedSocketsTests
{
    private const string Head = "Num       RefCount Protocol Flags    Type St Inode Path\n";

    [Fact]
    public void The_directories_of_sockets_that_listen_are_found()
    {
        var list = Head +
            "ffff8fa000000000: 00000002 00000000 00010000 0001 01 16834 /run/mcp-init/launch.sock\n" +
            "ffff8fa000000001: 00000003 00000000 00000000 0001 03 16835 /run/other/launch.sock\n" +
            "ffff8fa000000002: 00000002 00000000 00010000 0001 01 16836 @mcp-init/4026531836/launch.sock\n" +
            "ffff8fa000000003: 00000002 00000000 00010000 0001 01 16837 /run/mcp-init/control.sock\n" +
            "ffff8fa000000004: 00000002 00000000 00000000 0002 01 16838\n";
        Assert.Equal(["/run/mcp-init", "@mcp-init/4026531836"], ListedSockets.In(list, "launch.sock"));
        Assert.Equal(["/run/mcp-init"], ListedSockets.In(list, "control.sock"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("launch.sock")]
    [InlineData(" 00010000 launch.sock")]
    [InlineData(" 00010000 /launch.sock")]
    [InlineData(" 00010000 relative/launch.sock")]
    [InlineData(" 00010000 /run/xlaunch.sock")]
    [InlineData(" 00010000 /run/launch.sock.old")]
    [InlineData(" 00010000 /run/launch.sock ")]
    [InlineData("00010000/run/launch.sock")]
    public void Lines_that_are_none_of_these_give_nothing(string line) =>
        Assert.All(ListedSockets.In(Head + line, "launch.sock"), d => Assert.True(d.Length == 0, d));

    [Fact]
    public void So_many_are_tried_and_no_more() =>
        Assert.Equal(16, ListedSockets.In(string.Concat(Enumerable.Range(0, 1000).Select(
            n => $"ffff8fa000000000: 00000002 00000000 00010000 0001 01 16834 /tmp/{n}/launch.sock\n")), "launch.sock").Count);
}
