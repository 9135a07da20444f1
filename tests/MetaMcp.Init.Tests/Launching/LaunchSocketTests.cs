using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Launching;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launching;

public sealed class LaunchSocketTests : IDisposable
{
    private readonly Scratch _files = new();

    [Fact]
    public void Every_user_may_connect_and_none_may_list_the_directory()
    {
        var before = umask(0x3f);
        var socket = LaunchSocket.Open(_files["some/run"], out var problem);
        Assert.Equal(0x3fu, umask(before));
        Assert.Equal("", problem);
        Assert.Equal((UnixFileMode)0x1C9, File.GetUnixFileMode(_files["some/run"]));
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(socket!.Path));
        Close(socket);
    }

    [Fact]
    public void A_socket_of_an_earlier_life_is_replaced_and_one_that_is_served_is_not()
    {
        Close(LaunchSocket.Open(_files["run"], out _)!);
        Assert.True(File.Exists(_files["run/launch.sock"]));
        var ours = LaunchSocket.Open(_files["run"], out var problem);
        Assert.NotNull(ours);
        Assert.Null(LaunchSocket.Open(_files["run"], out problem));
        Assert.Contains("another mcp-init listens there", problem, StringComparison.Ordinal);
        Close(ours);
    }

    [Fact]
    public void A_file_of_another_kind_is_left_alone()
    {
        _ = Directory.CreateDirectory(_files["run"]);
        File.WriteAllText(_files["run/launch.sock"], "mine");
        Assert.Null(LaunchSocket.Open(_files["run"], out _));
        Assert.Equal("mine", File.ReadAllText(_files["run/launch.sock"]));
    }

    [Theory]
    [InlineData("/proc/none", "mkdir")]
    [InlineData("/dev/null/run", "mkdir")]
    [InlineData("/tmp/123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012", "too long")]
    public void Without_a_place_for_it_there_is_none_and_the_reason_is_told(string directory, string reason)
    {
        Assert.Null(LaunchSocket.Open(directory, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static void Close(LaunchSocket socket) => Assert.Equal(0, close(socket.Descriptor));
}
