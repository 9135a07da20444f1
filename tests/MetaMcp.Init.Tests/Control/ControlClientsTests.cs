using System.Net.Sockets;
using MetaMcp.Init.Control;
using MetaMcp.Init.Linux;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Tests.Control;

/// <summary>The places of operators' clients, of which each user may want all.</summary>
public sealed class ControlClientsTests
{
    private const int Serve = 7;

    private readonly ControlClients _clients = new(pid => pid == Serve);
    private readonly ClientDeadlines _deadlines = new();
    private int _last;

    [Fact]
    public void Our_own_serve_has_few_places_and_takes_none_of_the_others()
    {
        for (var count = 0; count < 100; count++)
            Assert.True(Comes(65534, isFull: false, Serve));
        Assert.Equal(4, _clients.All.Count);
        for (var count = 0; count < 64; count++)
            Assert.True(Comes(0, isFull: true, isBusy: true));
        Assert.Equal(68, _clients.All.Count);
        Assert.False(Comes(0, isFull: true));
    }

    [Fact]
    public void Members_of_the_group_that_follow_give_way_to_root()
    {
        for (var count = 0; count < 64; count++)
            Assert.True(Comes(1000, isFull: true, isBusy: true));
        Assert.False(Comes(1000, isFull: true));
        Assert.True(Comes(0, isFull: true));
        Assert.Equal(2, _clients.All.Min(client => client.Id));
    }

    [Fact]
    public void Users_who_may_only_look_leave_places_to_those_with_rights()
    {
        for (var user = 1000u; user < 1010; user++)
            for (var count = 0; count < 24; count++)
                _ = Comes(user, isFull: false, isBusy: true);
        Assert.Equal(48, _clients.All.Count);
        for (var count = 0; count < 16; count++)
            Assert.True(Comes(0, isFull: true, isBusy: true));
    }

    [Fact]
    public void One_whose_last_rows_wait_for_it_to_read_keeps_its_place()
    {
        var directory = Directory.CreateTempSubdirectory();
        var address = new UnixDomainSocketEndPoint(Path.Combine(directory.FullName, "socket"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        peer.Connect(address);
        using var ours = listener.Accept();
        directory.Delete(recursive: true);
        for (var count = 0; count < 64; count++)
            Assert.True(Comes(1000, isFull: true, isBusy: count > 0));
        var slow = Assert.Single(_clients.All, client => !client.IsAwaiting);
        slow.Descriptor = (int)ours.Handle;
        Assert.False(slow.IsBusy);
        Assert.True(slow.Output.Send(slow.Descriptor, new byte[1 << 20]));
        Assert.True(slow.IsBusy);
        Assert.False(Comes(1000, isFull: true));
    }

    private bool Comes(uint user, bool isFull, int pid = 100, bool isBusy = false)
    {
        if (!_clients.HasRoom(user, pid, isFull, out var leaving))
            return false;
        if (leaving is not null)
            _clients.Remove(leaving);
        _clients.Add(new ControlConnection(++_last, _deadlines)
        {
            Peer = new Libc.ucred { uid = user, pid = pid }, MayAct = isFull, IsOwn = !isFull && pid == Serve, IsAwaiting = isBusy,
        });
        return true;
    }
}
