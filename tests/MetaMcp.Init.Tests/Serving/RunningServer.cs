using System.Net;
using System.Net.Sockets;
using System.Text;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Events;
using MetaMcp.Init.Linux;
using MetaMcp.Init.Serving;

namespace MetaMcp.Init.Tests.Serving;

/// <summary>The server on a port of its own, in a thread; disposing of it sends it a SIGTERM through a pipe.</summary>
internal sealed unsafe class RunningServer : IDisposable
{
    private readonly Thread _thread;
    private readonly int _signals;
    private readonly int _listener;

    public RunningServer(Func<HttpRequest, HttpResponse> answer)
    {
        Port = FreePort();
        var port = EventPort.Open(out _)!;
        var pipe = stackalloc int[2];
        Assert.Equal(0, Libc.pipe2(pipe, Libc.O_CLOEXEC | Libc.O_NONBLOCK));
        _signals = pipe[1];
        _listener = ListeningDescriptor.Open(ListenAddress.Parse($"127.0.0.1:{Port}", out _)!, out var problem) ??
            throw new InvalidOperationException(problem);
        var server = new HttpServer(port, _listener, new SignalQueue(pipe[0]), answer);
        _thread = new Thread(() => server.Run()) { IsBackground = true };
        _thread.Start();
    }

    public int Port { get; }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Connect(IPAddress.Loopback, Port);
        return socket;
    }

    /// <summary>Sends the text, and returns all that comes until the server closes.</summary>
    public string Ask(string request)
    {
        using var socket = Connect();
        socket.Send(Encoding.Latin1.GetBytes(request));
        return ReadToEnd(socket);
    }

    public static string ReadToEnd(Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (socket.Receive(buffer) is > 0 and var count)
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return text.ToString();
    }

    public void Dispose()
    {
        var signal = new Libc.signalfd_siginfo { ssi_signo = 15 };
        _ = Libc.write(_signals, &signal, (nuint)sizeof(Libc.signalfd_siginfo));
        Assert.True(_thread.Join(TimeSpan.FromSeconds(10)), "the server does not end");
        _ = Libc.close(_signals);
        _ = Libc.close(_listener);
    }
}
