using System.Net.Sockets;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>
/// The other end of the protocol, in the test's own process: the shims that it starts descend from it, so they take it for their init.
/// </summary>
internal sealed class FakeInit : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <param name="isListening">False: the socket is there, and no process listens, as after the end of an init.</param>
    public FakeInit(bool isListening = true)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_scratch["launch.sock"]));
        if (isListening)
            _listener.Listen(8);
    }

    /// <summary>MCP_INIT_RUNTIME_DIR.</summary>
    public string Directory => _scratch.FullName;

    public Scratch Files => _scratch;

    /// <summary>Starts <c>mcp-init launch</c> with these words.</summary>
    public ShimProcess Start(params string[] words) => ShimProcess.Start(Directory, "pipe", words);

    /// <summary>The same with another kind of stdin.</summary>
    public ShimProcess StartOn(string stdin, params string[] words) => ShimProcess.Start(Directory, stdin, words);

    /// <summary>The connection of a shim that was started.</summary>
    public FakeConnection Accept()
    {
        Assert.True(_listener.Poll(Patience.Usual, SelectMode.SelectRead), "no shim has connected");
        return new FakeConnection(_listener.Accept());
    }

    public void Dispose()
    {
        _listener.Dispose();
        _scratch.Dispose();
    }
}

/// <summary>One connection, with a deadline for every frame.</summary>
internal sealed class FakeConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly List<byte> _bytes = [];

    public FakeConnection(Socket socket)
    {
        _socket = socket;
        _socket.ReceiveTimeout = (int)Patience.Usual.TotalMilliseconds;
    }

    public void Send(InitFrame frame) => _ = _socket.Send(LaunchFrames.Encode(frame));

    public void SendRaw(ReadOnlySpan<byte> bytes) => _ = _socket.Send(bytes);

    /// <summary>The next frame, which has to come and to be of this kind.</summary>
    public T Next<T>()
        where T : ClientFrame => Assert.IsType<T>(Read());

    /// <summary>The shim has closed the connection, and has said nothing before.</summary>
    public void End() => Assert.Null(Read());

    /// <summary>Whether something, a frame or the end, has come by now.</summary>
    public bool HasNews => _bytes.Count > 0 || _socket.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private ClientFrame? Read()
    {
        var buffer = new byte[4096];
        int end;
        while ((end = _bytes.IndexOf((byte)'\n')) < 0)
        {
            var count = _socket.Receive(buffer);
            if (count == 0)
            {
                Assert.Empty(_bytes);
                return null;
            }
            _bytes.AddRange(buffer.AsSpan(0, count));
        }
        var frame = LaunchFrames.ReadClient([.. _bytes.Take(end)], out var problem);
        Assert.Equal("", problem);
        _bytes.RemoveRange(0, end + 1);
        return frame;
    }
}
