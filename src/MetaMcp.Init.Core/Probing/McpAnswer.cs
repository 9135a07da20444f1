using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// The answer of an MCP server to one message: an HTTP answer, and in it the JSON-RPC message that answers our request, alone
/// (<c>application/json</c>) or among others in a stream of events, which need not end.
/// </summary>
/// <param name="id">The id of the request; 0 if the message was a notification, whose answer is its status.</param>
public sealed class McpAnswer(int id)
{
    private readonly HttpAnswer _http = new();
    private readonly EventStream _events = new();
    private int _read;

    public int Status => _http.Head.Status;

    /// <summary>The session that the server has given us with this answer.</summary>
    public string? Session => _http.Head.Session;

    /// <summary>The result or error that answers our request, if there is one.</summary>
    public RpcMessage? Message { get; private set; }

    /// <summary>Nothing that follows would change anything.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The reason why there is no message, to follow the server's name; null if there is one or none was expected.</summary>
    public string? Problem { get; private set; }

    private bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Takes the bytes that have arrived, in pieces of any length.</summary>
    public void Add(ReadOnlySpan<byte> received)
    {
        _http.Add(received);
        Look();
    }

    /// <summary>The server has closed the connection.</summary>
    public void End()
    {
        _http.End();
        Look();
    }

    private void Look()
    {
        if (IsDone)
            return;
        if (_http.HasHead && id == 0)
            IsDone = true;
        else if (_http.HasHead && _http.Head.ContentType == "text/event-stream")
            LookAtEvents();
        else if (_http.IsComplete)
            LookAtBody();
        if (!IsDone && _http.Problem is { } problem)
            Done(problem);
    }

    private void LookAtEvents()
    {
        while (_read < _http.Body.Length)
        {
            if (!_events.Add(_http.Body[_read++]))
                continue;
            var message = RpcMessage.Parse(_events.Data, id);
            if (message.Kind is not (RpcKind.Result or RpcKind.Error) || !message.NamesUs)
                continue;
            Message = message;
            Done(null);
            return;
        }
        if (_http.IsComplete)
            Done(Answered("with a stream that ended before the answer"));
    }

    private void LookAtBody()
    {
        var isJson = _http.Head.ContentType == "application/json";
        if (isJson)
        {
            var message = RpcMessage.Parse(_http.Body, id);
            if (message.Kind is RpcKind.Result or RpcKind.Error)
                Message = message;
            Done(Message is not null || !IsSuccess ? null
                : message.Kind == RpcKind.Malformed ? Answered("with broken JSON")
                : Answered("with JSON that is no answer to the request"));
            return;
        }
        Done(!IsSuccess ? null
            : _http.Head.ContentType.Length > 0 ? Answered("with " + Shown(_http.Head.ContentType) + ", not JSON or events")
            : Answered("without JSON or events"));
    }

    private void Done(string? problem)
    {
        IsDone = true;
        Problem = problem;
    }

    private string Answered(string what) => "answered " + Status.ToString(CultureInfo.InvariantCulture) + " " + what;

    // The text goes to a log, and a server may send any characters in it.
    private static string Shown(string type) =>
        type.Length <= 64 && AsciiBytes.IsVisible(Encoding.ASCII.GetBytes(type)) ? type : "another type";
}
