using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>Sockets of an init that answers as a test wants it, for answers that the real one gives too seldom to wait for them.</summary>
internal sealed class ScriptedInit : IDisposable
{
    public const string End = """{"row":"end","schema":1}""";

    public const string System = """{"row":"system","version":"1","pid":1,"uptime_ms":1000,"phase":"running"}""";

    public const string Service = """{"row":"service","name":"web","state":"ready","since_ms":1000}""";

    private readonly Scratch _scratch = new();
    private readonly List<Socket> _listeners = [];
    private readonly Func<string, string?> _answer;

    /// <param name="answer">The rows that follow a request; null closes the connection.</param>
    public ScriptedInit(Func<string, string?> answer)
    {
        _answer = answer;
        foreach (var name in (string[])["control.sock", "launch.sock"])
        {
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(_scratch[name]));
            listener.Listen();
            _listeners.Add(listener);
            _ = Accept(listener);
        }
    }

    public string Directory => _scratch.FullName;

    /// <summary>Requests after whose answer the connection is closed.</summary>
    public Func<string, bool> IsLast { get; init; } = _ => false;

    /// <summary>Each request as it came, of all connections.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public async Task<Said> Ask(params string[] words)
    {
        using var visitor = Begin(Files.Binary, words);
        return await visitor.Said();
    }

    public Visitor Begin(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["MCP_INIT_RUNTIME_DIR"] = Directory;
        return new Visitor(start);
    }

    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        _scratch.Dispose();
    }

    private async Task Accept(Socket listener)
    {
        try
        {
            while (true)
                _ = Serve(await listener.AcceptAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(Socket client)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        try
        {
            while (await reader.ReadLineAsync() is { } request)
            {
                Requests.Enqueue(request);
                if (_answer(request) is not { } rows)
                    return;
                if (rows.Length > 0)
                    await writer.WriteAsync(rows + "\n");
                if (IsLast(request))
                    return;
            }
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }
}
