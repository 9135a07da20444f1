using System.Net.Sockets;
using System.Text;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Tests.Launching;

namespace MetaMcp.Init.Tests.Control;

/// <summary>A client of operators' sockets within the test's own process, which is root's.</summary>
internal sealed class ControlPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<byte> _read = [];

    public ControlPeer(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _socket.Blocking = false;
    }

    /// <summary>The other end has closed the connection.</summary>
    public bool IsEnded { get; private set; }

    public ControlPeer Send(string text)
    {
        _ = _socket.Send(Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>No more is sent; answers are still read.</summary>
    public ControlPeer ShutDown()
    {
        _socket.Shutdown(SocketShutdown.Send);
        return this;
    }

    /// <summary>The next row, while the kernel's side takes its turns; null at the end of the connection.</summary>
    public StatusRow? Row(LaunchKernel kernel)
    {
        StatusRow? row = null;
        kernel.Until(() => (row = Next()) is not null || IsEnded);
        return row;
    }

    /// <summary>The same where the kernel's side is busy in another thread.</summary>
    public StatusRow? RowAtOnce()
    {
        while (true)
        {
            if (Next() is { } row)
                return row;
            if (IsEnded)
                return null;
            Assert.True(_socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead));
        }
    }

    /// <summary>Whether the end of an answer is among the rows that are there.</summary>
    public bool HasEnd()
    {
        while (Next() is { } row)
            if (row is EndRow)
                return true;
        return false;
    }

    /// <summary>The rows of an answer.</summary>
    public List<StatusRow> Answer(LaunchKernel kernel)
    {
        var rows = new List<StatusRow>();
        while (Row(kernel) is { } row)
        {
            rows.Add(row);
            if (row is EndRow)
                break;
        }
        return rows;
    }

    public EndRow End(LaunchKernel kernel) => Assert.IsType<EndRow>(Answer(kernel)[^1]);

    public void Dispose() => _socket.Dispose();

    private StatusRow? Next()
    {
        var end = _read.IndexOf((byte)'\n');
        if (end < 0)
        {
            Receive();
            end = _read.IndexOf((byte)'\n');
        }
        if (end < 0)
            return null;
        var row = StatusReader.Read(_read.Take(end).ToArray());
        _read.RemoveRange(0, end + 1);
        return Assert.IsAssignableFrom<StatusRow>(row);
    }

    private void Receive()
    {
        var room = new byte[8192];
        try
        {
            var count = _socket.Receive(room);
            IsEnded |= count == 0;
            _read.AddRange(room[..count]);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
        {
        }
        catch (SocketException)
        {
            IsEnded = true;
        }
    }
}
