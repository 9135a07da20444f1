using System.Globalization;
using System.Net.Sockets;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// A gateway in a container (tests/programs/gateway.c), which does as it is told, line by line. It ends with its connection.
/// </summary>
internal sealed class Gateway : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _answers;
    private readonly StreamWriter _orders;

    private Gateway(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket);
        _answers = new StreamReader(stream);
        _orders = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>As the container counts.</summary>
    public int Pid { get; private set; }

    public static async Task<Gateway> Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).WaitAsync(Patience.Usual);
        var gateway = new Gateway(socket);
        gateway.Pid = int.Parse((await gateway.Answer(Patience.Usual)).Split(' ')[1], CultureInfo.InvariantCulture);
        return gateway;
    }

    /// <summary>Its answer to an order.</summary>
    public async Task<string> Ask(string order, TimeSpan? limit = null)
    {
        await _orders.WriteLineAsync(order);
        return await Answer(limit ?? Patience.Usual);
    }

    /// <summary>Starts a command; the options are those of <c>spawn</c>.</summary>
    public async Task<Server> Spawn(string command, string options = "")
    {
        var words = (await Ask($"spawn {options} -- {command}")).Split(' ');
        Assert.Equal("spawned", words[0]);
        return new Server(this, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _answers.Dispose();
        _orders.Dispose();
        _socket.Dispose();
    }

    private async Task<string> Answer(TimeSpan limit) =>
        await _answers.ReadLineAsync().WaitAsync(limit) ?? throw new EndOfStreamException("the gateway has ended");
}
