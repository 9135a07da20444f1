using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Linux;
using MetaMcp.Init.Serving;

namespace MetaMcp.Init.Tests.Serving;

/// <summary>More clients than there are places, none of which goes by itself.</summary>
public sealed class CrowdTests
{
    private const string Last = "GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /// <summary>Far less than the ten seconds after which a client that does not finish is given up.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Hunger = TimeSpan.FromMilliseconds(600);

    private static List<Socket> Crowd(RunningServer server, string request, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var socket = server.Connect();
            socket.Send(Encoding.Latin1.GetBytes(request));
            return socket;
        }),
    ];

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);

    [Theory]
    [InlineData("")]
    [InlineData("GET /page HTTP/1.1\r\nHost: loc")]
    public void Those_whose_request_never_ends_make_room_the_oldest_first(string request)
    {
        using var server = new RunningServer(_ => HttpResponse.Text(HttpStatus.Ok, "here\n"));
        var crowd = Crowd(server, request, 3 * HttpConnections.Most);
        var clock = Stopwatch.StartNew();
        for (var client = 0; client < 10; client++)
            Assert.EndsWith("here\n", server.Ask(Last));
        Assert.True(clock.Elapsed < Soon, $"{clock.Elapsed}");
        Assert.All(crowd.Take(HttpConnections.Most), socket => Assert.True(IsClosed(socket)));
        Assert.False(IsClosed(crowd[^1]));
        crowd.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void Those_that_take_no_answer_share_its_bytes()
    {
        var answer = HttpResponse.Text(HttpStatus.Ok, new string('y', 4 << 20));
        using var server = new RunningServer(request => request.Path == "/large" ? answer : HttpResponse.Text(HttpStatus.Ok, "here\n"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var crowd = Crowd(server, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", HttpConnections.Most - 1);
        Assert.EndsWith("here\n", server.Ask(Last));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100 << 20);
        // They are read by and by, and each gets all of it.
        Assert.False(answer.Body.AsSpan().ContainsAnyExcept((byte)'y'));
        crowd[0].Shutdown(SocketShutdown.Send);
        Assert.EndsWith(new string('y', 4 << 20), RunningServer.ReadToEnd(crowd[0]));
        crowd.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void Those_that_keep_many_answers_alive_are_given_up_the_slowest_first()
    {
        using var server = new RunningServer(request => HttpResponse.Text(
            HttpStatus.Ok, request.Path == "/large" ? new string('y', 2 << 20) : "here\n"));
        var crowd = Crowd(server, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 20);
        Assert.EndsWith("here\n", server.Ask(Last));
        var whole = 0;
        foreach (var socket in crowd)
        {
            socket.Shutdown(SocketShutdown.Send);
            whole += Length(socket) > 2 << 20 ? 1 : 0;
        }
        Assert.Equal(HttpConnections.MostKept / (2 << 20), whole);
        crowd.ForEach(socket => socket.Dispose());
    }

    /// <summary>Clients wait in the kernel meanwhile, and the listening socket stays readable.</summary>
    [Fact]
    public void Without_a_descriptor_for_another_the_server_rests_and_serves_it_later()
    {
        var used = new List<TimeSpan>();
        using var server = new RunningServer(_ =>
        {
            used.Add(CpuOfThread());
            return HttpResponse.Text(HttpStatus.Ok, "here\n");
        });
        Assert.EndsWith("here\n", server.Ask(Last));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        using (new NoFreeDescriptor())
        {
            socket.Connect(IPAddress.Loopback, server.Port);
            socket.Send(Encoding.Latin1.GetBytes(Last));
            // Neither an answer nor the end comes before there is a descriptor.
            Assert.False(socket.Poll(Hunger, SelectMode.SelectRead));
        }
        Assert.EndsWith("here\n", RunningServer.ReadToEnd(socket));
        Assert.InRange(used[1] - used[0], TimeSpan.Zero, Hunger / 4);
    }

    /// <summary>
    /// Of the server, where its answer is made; that of the whole process has the work of the compiler and the collector.
    /// </summary>
    private static unsafe TimeSpan CpuOfThread()
    {
        const int CLOCK_THREAD_CPUTIME_ID = 3;
        Libc.timespec time;
        Assert.Equal(0, Libc.clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
        return TimeSpan.FromSeconds(time.tv_sec) + TimeSpan.FromMicroseconds(time.tv_nsec / 1000);
    }

    private static int Length(Socket socket)
    {
        try
        {
            return RunningServer.ReadToEnd(socket).Length;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
