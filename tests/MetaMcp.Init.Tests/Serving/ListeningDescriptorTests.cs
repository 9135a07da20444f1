using System.Net;
using System.Net.Sockets;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Linux;
using MetaMcp.Init.Serving;

namespace MetaMcp.Init.Tests.Serving;

public sealed class ListeningDescriptorTests
{
    private static int? Open(string address, out string problem) =>
        ListeningDescriptor.Open(ListenAddress.Parse(address, out _)!, out problem);

    private static bool Connects(EndPoint to)
    {
        using var socket = new Socket(
            to.AddressFamily, SocketType.Stream, to is UnixDomainSocketEndPoint ? ProtocolType.IP : ProtocolType.Tcp);
        try
        {
            socket.Connect(to);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true, false)]
    [InlineData("localhost", true, false)]
    [InlineData("[::1]", false, true)]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("[::]", false, true)]
    [InlineData("", true, true)]
    public void An_address_is_listened_on_and_no_other(string host, bool four, bool six)
    {
        var port = RunningServer.FreePort();
        var descriptor = Open($"{host}:{port}", out var problem);
        Assert.True(descriptor is not null, problem);
        Assert.Equal(four, Connects(new IPEndPoint(IPAddress.Loopback, port)));
        Assert.Equal(six, Connects(new IPEndPoint(IPAddress.IPv6Loopback, port)));
        _ = Libc.close(descriptor.Value);
    }

    [Fact]
    public void A_port_that_is_taken_and_an_address_of_another_machine_are_told_apart()
    {
        var port = RunningServer.FreePort();
        var first = Open($"127.0.0.1:{port}", out _)!.Value;
        Assert.Null(Open($"127.0.0.1:{port}", out var problem));
        Assert.Contains("is taken by another program", problem, StringComparison.Ordinal);
        Assert.Null(Open("192.0.2.1:9464", out problem));
        Assert.Contains("is no address of this container", problem, StringComparison.Ordinal);
        Assert.Null(Open("[:::]:9464", out problem));
        Assert.Contains("is no address", problem, StringComparison.Ordinal);
        _ = Libc.close(first);
    }

    [Fact]
    public void A_file_that_a_killed_server_has_left_is_replaced_and_one_in_use_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("mcp-init-test-").FullName;
        var path = Path.Combine(folder, "serve.sock");
        var first = Open($"unix:{path}", out _)!.Value;
        Assert.Null(Open($"unix:{path}", out var problem));
        Assert.Contains("is taken", problem, StringComparison.Ordinal);
        _ = Libc.close(first);
        var second = Open($"unix:{path}", out problem);
        Assert.True(second is not null, problem);
        Assert.True(Connects(new UnixDomainSocketEndPoint(path)));
        _ = Libc.close(second.Value);
        File.Delete(path);
        File.WriteAllText(path, "somebody else's");
        Assert.Null(Open($"unix:{path}", out _));
        Assert.Equal("somebody else's", File.ReadAllText(path));
        Directory.Delete(folder, recursive: true);
    }
}
