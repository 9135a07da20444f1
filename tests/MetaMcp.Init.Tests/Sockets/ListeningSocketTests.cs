using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Sockets;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Sockets;

public sealed class ListeningSocketTests : IDisposable
{
    private readonly Scratch _files = new();

    [Fact]
    public void Every_user_may_connect_and_none_may_list_the_directory()
    {
        var before = umask(0x3f);
        var socket = Open(_files["some/run/launch.sock"], out var problem);
        Assert.Equal(0x3fu, umask(before));
        Assert.Equal("", problem);
        Assert.Equal((UnixFileMode)0x1C9, File.GetUnixFileMode(_files["some/run"]));
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(socket!.Path));
        Close(socket);
    }

    [Fact]
    public void A_socket_of_an_earlier_life_is_replaced_and_one_that_is_served_is_not()
    {
        Close(Open(_files["run/launch.sock"], out _)!);
        Assert.True(File.Exists(_files["run/launch.sock"]));
        var ours = Open(_files["run/launch.sock"], out var problem);
        Assert.NotNull(ours);
        Assert.Null(Open(_files["run/launch.sock"], out problem));
        Assert.Contains("another mcp-init listens there", problem, StringComparison.Ordinal);
        Close(ours);
    }

    [Fact]
    public void A_file_of_another_kind_is_left_alone()
    {
        _ = Directory.CreateDirectory(_files["run"]);
        File.WriteAllText(_files["run/launch.sock"], "mine");
        Assert.Null(Open(_files["run/launch.sock"], out _));
        Assert.Equal("mine", File.ReadAllText(_files["run/launch.sock"]));
    }

    [Theory]
    [InlineData("/proc/none", "mkdir")]
    [InlineData("/dev/null/run", "mkdir")]
    [InlineData("/tmp/123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012", "too long")]
    public void Without_a_place_for_it_there_is_none_and_the_reason_is_told(string directory, string reason)
    {
        Assert.Null(Open(directory + "/launch.sock", out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static ListeningSocket? Open(string path, out string problem) =>
        ListeningSocket.Open(path, ListeningSocket.ForAll, out problem, out _);

    private static void Close(ListeningSocket socket) => Assert.Equal(0, close(socket.Descriptor));
}
