using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Supervising;
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

    [Theory]
    [InlineData(0x180)]
    [InlineData(0x1B0)]
    public void The_socket_for_full_rights_lets_in_its_owner_and_its_group_alone(int mode)
    {
        var before = umask(0);
        var socket = ListeningSocket.Open(_files["run/control.sock"], (uint)mode, out var problem, out _, group: 65534)!;
        Assert.Equal(0u, umask(before));
        Assert.Equal("", problem);
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(socket.Path));
        Assert.Equal("65534", GroupOf(socket.Path));
        Close(socket);
    }

    private static string GroupOf(string path)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["--format=%g", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    [Fact]
    public void At_the_end_our_socket_is_removed_and_one_that_took_its_place_is_not()
    {
        var first = Open(_files["run/a.sock"], out _)!;
        first.Remove();
        Assert.False(File.Exists(first.Path));
        Close(first);
        var second = Open(_files["run/a.sock"], out _)!;
        File.Move(second.Path, second.Path + ".old");
        var third = Open(_files["run/a.sock"], out _)!;
        second.Remove();
        Assert.True(File.Exists(third.Path));
        Close(second);
        Close(third);
    }

    [Theory]
    [InlineData("/proc/none/run")]
    [InlineData("/dev/null/run")]
    public void Where_no_file_can_be_made_both_sockets_are_elsewhere_and_the_reason_is_told(string directory)
    {
        var sockets = RuntimeSockets.Open(directory, null);
        Assert.True(sockets.IsElsewhere);
        Assert.Contains(sockets.Directory[0], "/@");
        Assert.Contains(directory, sockets.Problem, StringComparison.Ordinal);
        Assert.Equal(sockets.Directory + "/launch.sock", sockets.Launch!.Path);
        Assert.Equal(sockets.Directory + "/control.sock", sockets.Control!.Path);
        sockets.Remove();
        Close(sockets.Launch);
        Close(sockets.Control);
    }

    [Fact]
    public void Where_another_init_listens_no_other_place_is_taken()
    {
        var first = RuntimeSockets.Open(_files["run"], null);
        Assert.Equal((false, ""), (first.IsElsewhere, first.Problem));
        var second = RuntimeSockets.Open(_files["run"], null);
        Assert.Equal((null, null, false), (second.Launch, second.Control, second.IsElsewhere));
        Assert.Contains("another mcp-init listens there", second.Problem, StringComparison.Ordinal);
        Close(first.Launch!);
        Close(first.Control!);
    }

    public void Dispose() => _files.Dispose();

    private static ListeningSocket? Open(string path, out string problem) =>
        ListeningSocket.Open(path, ListeningSocket.ForAll, out problem, out _);

    private static void Close(ListeningSocket socket) => Assert.Equal(0, close(socket.Descriptor));
}
