using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

public sealed class ProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 0, "")]
    [InlineData("HTTP/1.1 399 Odd\r\n\r\n", 0, "")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", 1, "answered 404, not 200-399")]
    [InlineData("HTTP/1.1 500 Oh\r\n\r\n", 1, "answered 500")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 0, "")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n", 1, "answered 503")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", 1, "closed after an interim answer, 100, without the final one")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 1, "answered 101, a switch of protocols")]
    [InlineData("SSH-2.0-OpenSSH\r\n", 1, "not HTTP")]
    [InlineData("HTTP/1.1 20", 1, "in the middle")]
    [InlineData("", 1, "without an answer")]
    public async Task Http_goes_by_the_status(string answer, int code, string reason)
    {
        using var server = new Server(_ => answer);
        var (exit, error) = await Probe("http", $"http://127.0.0.1:{server.Port}/health?x=1");
        Assert.Equal(code, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal(code == 0 ? 0 : 1, error.Count(c => c == '\n'));
    }

    [Fact]
    public async Task The_request_is_a_plain_one()
    {
        var asked = "";
        using var server = new Server(request =>
        {
            asked = request;
            return "HTTP/1.1 204 No Content\r\n\r\n";
        });
        Assert.Equal(0, (await Probe("http", $"http://localhost:{server.Port}/a?b", "--expect", "204")).Exit);
        var lines = asked.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("GET /a?b HTTP/1.1", lines[0]);
        Assert.Contains($"Host: localhost:{server.Port}", lines);
        Assert.Contains("Connection: close", lines);
        Assert.Contains("Accept: */*", lines);
        Assert.Matches("User-Agent: mcp-init-probe/[0-9]+[.][0-9]+[.][0-9]+", asked);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_unhealthy_at_the_timeout()
    {
        using var server = new Server(_ => null);
        var (exit, error) = await Probe("http", $"http://127.0.0.1:{server.Port}/", "--timeout", "200ms");
        Assert.Equal(1, exit);
        Assert.Contains("timed out", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http", "after an interim one, 103")]
    [InlineData("mcp", "timed out")]
    public async Task Early_hints_and_then_silence_are_no_answer(string kind, string reason)
    {
        await using var server = new PiecesServer(["HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]);
        var start = Stopwatch.StartNew();
        var (exit, error) = await Probe(kind, $"http://127.0.0.1:{server.Port}/", "--timeout", "300ms");
        Assert.Equal(1, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.InRange(start.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(4));
    }

    /// <summary>Each piece is a packet of its own, so the heads are cut in the middle.</summary>
    [Fact]
    public async Task Several_interim_answers_in_pieces_are_passed_over()
    {
        await using var server = new PiecesServer(
            ["HTTP/1.1 10", "0 Continue\r\n\r", "\nHTTP/1.1 103 Early Hints\r\nLink: ", "</x>\r\n", "\r\nHTTP/1.1 2",
                "04 No Content\r\n\r\n"]);
        Assert.Equal((0, ""), await Probe("http", $"http://127.0.0.1:{server.Port}/", "--timeout", "5s"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("mcp")]
    public async Task Interim_answers_without_end_are_given_up_on(string kind)
    {
        await using var server = new PiecesServer(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 100_000));
        var (exit, error) = await Probe(kind, $"http://127.0.0.1:{server.Port}/", "--timeout", "20s");
        Assert.Equal(1, exit);
        Assert.Contains("answered with more than 32 interim answers (1xx) and no final one", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_drips_is_unhealthy_at_the_same_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var drip = Task.Run(async () =>
        {
            using var peer = await listener.AcceptTcpClientAsync(stop.Token);
            while (!stop.IsCancellationRequested)
            {
                await peer.GetStream().WriteAsync("\r"u8.ToArray(), stop.Token);
                await Task.Delay(50, stop.Token);
            }
        }, TestContext.Current.CancellationToken);
        var (exit, _) = await Probe("http", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", "--timeout", "300ms");
        Assert.Equal(1, exit);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => drip);
    }

    [Fact]
    public async Task Tcp_asks_for_no_more_than_a_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal(0, (await Probe("tcp", $"127.0.0.1:{port}")).Exit);
        Assert.Equal(0, (await Probe("tcp", $"localhost:{port}")).Exit);
        listener.Stop();
        var (exit, error) = await Probe("tcp", $"127.0.0.1:{port}");
        Assert.Equal(1, exit);
        Assert.Contains("ECONNREFUSED", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Localhost_is_also_the_address_of_version_6()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal(0, (await Probe("tcp", $"[::1]:{port}")).Exit);
        Assert.Equal(0, (await Probe("tcp", $"localhost:{port}")).Exit);
    }

    [Fact]
    public async Task Unix_asks_for_a_connection_to_a_path_or_an_abstract_name()
    {
        using var scratch = new Scratch();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(scratch["socket"]));
        Assert.Equal(1, (await Probe("unix", scratch["socket"])).Exit);
        listener.Listen();
        Assert.Equal(0, (await Probe("unix", scratch["socket"])).Exit);
        using var hidden = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        hidden.Bind(new UnixDomainSocketEndPoint($"\0{scratch.FullName}"));
        hidden.Listen();
        Assert.Equal(0, (await Probe("unix", $"@{scratch.FullName}")).Exit);
        var (exit, error) = await Probe("unix", scratch["nobody"]);
        Assert.Equal(1, exit);
        Assert.Contains("ENOENT", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_backlog_is_unhealthy_at_the_timeout()
    {
        using var scratch = new Scratch();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(scratch["socket"]));
        listener.Listen(0);
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await waiting.ConnectAsync(new UnixDomainSocketEndPoint(scratch["socket"]), TestContext.Current.CancellationToken);
        var (exit, error) = await Probe("unix", scratch["socket"], "--timeout", "200ms");
        Assert.Equal(1, exit);
        Assert.Contains("backlog", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http", "https://localhost/", "TLS")]
    [InlineData("http", "localhost", "http://")]
    [InlineData("mcp", "https://localhost/mcp", "TLS")]
    [InlineData("tcp", "localhost", "port")]
    [InlineData("telnet", "localhost:1", "telnet")]
    public async Task A_target_that_cannot_be_probed_is_100(string kind, string target, string reason)
    {
        var (exit, error) = await Probe(kind, target);
        Assert.Equal(100, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_that_does_not_exist_is_unhealthy()
    {
        var (exit, error) = await Probe("tcp", "no-such-host.invalid:80", "--timeout", "5s");
        Assert.Equal(1, exit);
        Assert.Contains("not resolved", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0", 0, "")]
    [InlineData("exit 3", 1, "mcp-init probe: exec /bin/sh: exit code 3\n")]
    [InlineData("echo why >&2; kill -TERM $$", 1, "why\nmcp-init probe: exec /bin/sh: killed by SIGTERM\n")]
    public async Task Exec_goes_by_the_exit_code(string script, int code, string error) =>
        Assert.Equal((code, error), await Probe("exec", "--", "/bin/sh", "-c", script));

    [Fact]
    public async Task Exec_names_a_program_that_does_not_exist() =>
        Assert.Equal((1, "mcp-init probe: exec no-such-check: no such program\n"), await Probe("exec", "--", "no-such-check"));

    [Fact]
    public async Task Exec_kills_the_group_at_its_timeout()
    {
        using var scratch = new Scratch();
        var start = Stopwatch.StartNew();
        var (exit, error) = await Probe(
            "exec", "--timeout", "300ms", "--", "/bin/sh", "-c", $"sleep 1h & echo $! > {scratch["child"]}; trap '' TERM; wait");
        Assert.Equal((1, "mcp-init probe: exec /bin/sh: no answer within 300ms; killed\n"), (exit, error));
        Assert.InRange(start.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(4));
        var child = (await File.ReadAllTextAsync(scratch["child"], TestContext.Current.CancellationToken)).Trim();
        await Patience.Until(
            () => !File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal),
            "its child has ended");
    }

    private static async Task<(int Exit, string Error)> Probe(params string[] words)
    {
        var ended = await InitProcess.Program(Files.Binary, ["probe", .. words]);
        Assert.Empty(ended.Output);
        return (ended.Exit, ended.Error);
    }

    /// <summary>Answers its first connection piece by piece, and then stays silent.</summary>
    private sealed class PiecesServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _served;

        public PiecesServer(IEnumerable<string> pieces)
        {
            _listener.Start();
            _served = Serve(pieces);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _served;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task Serve(IEnumerable<string> pieces)
        {
            try
            {
                using var peer = await _listener.AcceptTcpClientAsync(_stop.Token);
                peer.NoDelay = true;
                _ = await peer.GetStream().ReadAsync(new byte[4096], _stop.Token);
                foreach (var piece in pieces)
                    await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes(piece), _stop.Token);
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // The probe or the test has closed the connection.
            }
        }
    }

    /// <summary>Reads one request per connection and answers it; with null it never answers.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> _held = [];

        public Server(Func<string, string?> answer)
        {
            _listener.Start();
            _ = Serve(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _listener.Dispose();
            _held.ForEach(peer => peer.Dispose());
        }

        private async Task Serve(Func<string, string?> answer)
        {
            while (true)
            {
                var peer = await _listener.AcceptTcpClientAsync();
                var buffer = new byte[4096];
                var length = await peer.GetStream().ReadAsync(buffer);
                if (answer(Encoding.ASCII.GetString(buffer, 0, length)) is not { } text)
                {
                    _held.Add(peer);
                    continue;
                }
                await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
                peer.Dispose();
            }
        }
    }
}
