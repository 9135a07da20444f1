using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

/// <summary><c>probe mcp</c> against servers of the official SDK, and against servers that are none.</summary>
public sealed class McpProbeTests
{
    private const int Stop = 19;
    private const int Continue = 18;

    [Theory]
    [InlineData("stateful")]
    [InlineData("stateless")]
    [InlineData("modern")]
    [InlineData("dual")]
    public async Task A_real_server_is_healthy_and_keeps_no_session(string kind)
    {
        using var server = await McpServer.Start(kind);
        for (var probe = 0; probe < 20; probe++)
            Assert.Equal((0, ""), await Probe(server.Address));
        Assert.Equal(0, await server.Sessions());
    }

    [Fact]
    public async Task A_server_that_is_stopped_is_unhealthy_at_the_timeout_and_keeps_no_session_when_it_goes_on()
    {
        using var server = await McpServer.Start("stateful");
        Native.Signal(server.Pid, Stop);
        var start = Stopwatch.StartNew();
        var (exit, error) = await Probe(server.Address, "--timeout", "300ms");
        Assert.Equal(1, exit);
        Assert.Contains("ping: timed out", error, StringComparison.Ordinal);
        Assert.InRange(start.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(3));
        Native.Signal(server.Pid, Continue);
        Assert.Equal((0, ""), await Probe(server.Address));
        Assert.Equal(0, await server.Sessions());
    }

    [Fact]
    public async Task Where_there_is_no_mcp_all_refusals_are_named()
    {
        using var server = await McpServer.Start("stateful");
        var (exit, error) = await Probe($"http://localhost:{server.Port}/other");
        Assert.Equal(1, exit);
        Assert.Equal($"mcp-init probe: mcp http://localhost:{server.Port}/other: ping: answered 404; initialize: answered 404; " +
            "server/discover: answered 404\n", error);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "ping: answered 500")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello", "ping: answered 200 with text/html, not JSON or events")]
    [InlineData("SSH-2.0-OpenSSH\r\n", "ping: answered something that is not HTTP/1")]
    [InlineData("", "ping: closed without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n",
        "ended before the answer")]
    public async Task A_reply_that_is_no_answer_is_unhealthy_in_one_line(string answer, string reason)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = Task.Run(async () =>
        {
            using var peer = await listener.AcceptTcpClientAsync();
            _ = await peer.GetStream().ReadAsync(new byte[4096]);
            await peer.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        }, TestContext.Current.CancellationToken);
        var (exit, error) = await Probe($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mcp", "--timeout", "5s");
        Assert.Equal(1, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        await served;
    }

    /// <summary>
    /// A server that opens a session for any request names the session, and may then hang: the session is ended all the same.
    /// </summary>
    [Fact]
    public async Task A_session_is_ended_even_where_the_time_is_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var probe = Probe($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mcp", "--timeout", "300ms");
        using var first = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        _ = await Read(first);
        await first.GetStream()
            .WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s-1\r\n\r\n: hm\n\n"u8.ToArray(),
            TestContext.Current.CancellationToken);
        using var second = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var farewell = await Read(second);
        Assert.StartsWith("DELETE /mcp HTTP/1.1\r\n", farewell, StringComparison.Ordinal);
        Assert.Contains("\r\nMcp-Session-Id: s-1\r\n", farewell, StringComparison.Ordinal);
        Assert.Equal(1, (await probe).Exit);
    }

    private static async Task<string> Read(TcpClient peer)
    {
        var buffer = new byte[4096];
        var length = await peer.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Patience.Usual);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static async Task<(int Exit, string Error)> Probe(params string[] words)
    {
        var ended = await InitProcess.Program(Files.Binary, ["probe", "mcp", .. words]);
        Assert.Empty(ended.Output);
        return (ended.Exit, ended.Error);
    }
}
