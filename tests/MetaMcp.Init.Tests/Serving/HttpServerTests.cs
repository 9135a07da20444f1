using System.Net.Sockets;
using System.Text;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Serving;

namespace MetaMcp.Init.Tests.Serving;

/// <summary>Real sockets against the server: clients that are slow, many, or not to be understood.</summary>
public sealed class HttpServerTests
{
    private const string Get = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private const string Last = "GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static HttpResponse Page(HttpRequest request) => HttpResponse.Text(HttpStatus.Ok, $"this is {request.Path}\n");

    private static int Answers(string text) => text.Split("this is /page\n").Length - 1;

    [Fact]
    public void Requests_that_come_together_are_answered_in_order()
    {
        using var server = new RunningServer(Page);
        Assert.Equal(20, Answers(server.Ask(string.Concat(Enumerable.Repeat(Get, 19)) + Last)));
    }

    [Fact]
    public void A_request_that_comes_byte_by_byte_is_answered()
    {
        using var server = new RunningServer(Page);
        using var socket = server.Connect();
        socket.NoDelay = true;
        foreach (var value in Encoding.Latin1.GetBytes(Last))
            socket.Send([value]);
        Assert.Equal(1, Answers(RunningServer.ReadToEnd(socket)));
    }

    [Fact]
    public void A_client_that_has_said_all_and_closed_its_side_gets_its_answer()
    {
        using var server = new RunningServer(Page);
        using var socket = server.Connect();
        socket.Send(Encoding.Latin1.GetBytes(Get));
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(1, Answers(RunningServer.ReadToEnd(socket)));
    }

    [Fact]
    public void A_mistake_is_told_and_ends_the_connection_even_where_more_was_sent_than_is_read()
    {
        using var server = new RunningServer(Page);
        var text = server.Ask("POST /page HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n" + new string('x', 30_000));
        Assert.StartsWith("HTTP/1.1 405 ", text);
        Assert.EndsWith("nothing can be changed here\n", text);
        Assert.StartsWith("HTTP/1.1 431 ", server.Ask("GET / HTTP/1.1\r\nX: " + new string('x', 20_000)));
        Assert.StartsWith("HTTP/1.1 400 ", server.Ask("\u0016\u0003\u0001 hello\r\n\r\n"));
    }

    [Fact]
    public void A_large_answer_reaches_a_slow_reader_whole_while_others_are_served()
    {
        var large = new string('y', 8 << 20);
        using var server = new RunningServer(
            request => request.Path == "/large" ? HttpResponse.Text(HttpStatus.Ok, large) : Page(request));
        using var slow = server.Connect();
        slow.Send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8);
        Assert.Equal(1, Answers(server.Ask(Last)));
        Assert.EndsWith(large, RunningServer.ReadToEnd(slow));
    }

    [Fact]
    public void Quiet_connections_make_room_for_new_ones()
    {
        using var server = new RunningServer(Page);
        var quiet = Enumerable.Range(0, HttpConnections.Most).Select(_ =>
        {
            var socket = server.Connect();
            socket.Send(Encoding.Latin1.GetBytes(Get));
            _ = socket.Receive(new byte[4096]);
            return socket;
        }).ToList();
        for (var client = 0; client < 200; client++)
            Assert.Equal(1, Answers(server.Ask(Last)));
        Assert.Contains(quiet, socket => socket.Poll(0, SelectMode.SelectRead));
        quiet.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void A_thousand_clients_that_come_and_go_leave_nothing()
    {
        using var server = new RunningServer(Page);
        Assert.Equal(1, Answers(server.Ask(Last)));
        for (var client = 0; client < 1000; client++)
        {
            using var socket = server.Connect();
            socket.LingerState = new LingerOption(true, 0);
            if (client % 3 > 0)
                socket.Send(Encoding.Latin1.GetBytes(client % 3 == 1 ? Get[..20] : Get));
        }
        Assert.Equal(1, Answers(server.Ask(Last)));
    }

    [Fact]
    public void Random_bytes_never_end_it()
    {
        using var server = new RunningServer(Page);
        var random = new Random(1);
        for (var client = 0; client < 500; client++)
        {
            using var socket = server.Connect();
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            socket.Send(bytes);
            if (client % 2 == 0)
                continue;
            socket.Shutdown(SocketShutdown.Send);
            try
            {
                _ = RunningServer.ReadToEnd(socket);
            }
            catch (SocketException)
            {
                // Reset, since the server had closed before all was read.
            }
        }
        Assert.Equal(1, Answers(server.Ask(Last)));
    }
}
