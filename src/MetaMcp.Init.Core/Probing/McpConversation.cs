using System.Globalization;

namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// Decides the next request of the <c>mcp</c> probe by the server's answers: a machine without sockets. It ends with the first
/// JSON-RPC result that shows that the server works, and leaves no session behind.
/// </summary>
/// <remarks>
/// <para>Ping, without a session: a result means healthy. A stateless server gets no other request.</para>
/// <para>If the server refuses because it wants a session first: Initialize → Initialized → SessionPing. If it refuses because it
/// does not know the method, or with an error that only the version without sessions has: Discover. If that way is refused too, the
/// other one is tried. A server that has answered <c>initialize</c> and does not know <c>ping</c> has answered, and is
/// healthy.</para>
/// <para>Every other case is unhealthy at once: no answer, an answer that is no MCP, 3xx, 5xx, and statuses that a session or another
/// version would not change (401, 403, 405, 429).</para>
/// <para>Some servers open a session for any request that names none, and give its id in the answer, even in a refusal: each session
/// that is given is ended. <see cref="NextFarewell"/> returns the requests for that, whether the server is healthy or not.</para>
/// </remarks>
/// <param name="target">The server.</param>
/// <param name="program">Our version.</param>
/// <param name="firstId">
/// The id of the first request; the others follow. Another client should not use the same ids at the same time: servers that share
/// one transport among their clients send an answer to the client that used its id last.
/// </param>
public sealed class McpConversation(HttpTarget target, string program, int firstId)
{
    // JSON-RPC 2.0, section 5.1.
    private const int MethodNotFound = -32601;

    // HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion (specification 2026-07-28, error codes).
    private const int FirstStatelessError = -32022;
    private const int LastStatelessError = -32020;

    // No more sessions can be opened: each request opens one at most.
    private readonly string?[] _sessions = new string?[8];
    private int _sessionCount;
    private int _ended;

    private Step _step;
    private string? _session;
    private string? _version;
    private string _refusals = "";
    private int _id = firstId;
    private bool _discovered;
    private bool _initialized;

    private enum Step { Ping, Discover, Initialize, Initialized, SessionPing, Over }

    /// <summary>Nothing is left to ask.</summary>
    public bool IsOver => _step == Step.Over;

    /// <summary>Why the server is unhealthy; null while it is not known to be.</summary>
    public string? Failure { get; private set; }

    /// <summary>The present request, for a message that there was no answer.</summary>
    public string Asking => Names[(int)_step];

    /// <summary>The request to send now.</summary>
    public McpRequest Next() => _step switch
    {
        Step.Discover => McpRequest.Discover(target, program, _id),
        Step.Initialize => McpRequest.Initialize(target, program, _id),
        Step.Initialized => McpRequest.Initialized(target, program, _session, _version),
        _ => McpRequest.Ping(target, program, _id, _session, _version),
    };

    /// <summary>A request that ends a session which is still open; null if none is left.</summary>
    public McpRequest? NextFarewell() =>
        _ended < _sessionCount ? McpRequest.Delete(target, program, _sessions[_ended++]!, _version) : null;

    /// <summary>Takes the answer to <see cref="Next"/>, which is done.</summary>
    public void Take(McpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Remember(answer.Session);
        if (_step == Step.Initialized)
        {
            // How it likes the notification, the ping will show.
            Ask(Step.SessionPing);
            return;
        }
        if (answer is { Status: >= 200 and < 300, Message.Kind: RpcKind.Result })
            Succeed(answer);
        else if (answer.Problem is { } problem)
            Fail($"{Asking}: {problem}");
        else
            Refused(answer);
    }

    private static readonly string[] Names =
        ["ping", "server/discover", "initialize", "notifications/initialized", "ping in a session", ""];

    private void Succeed(McpAnswer answer)
    {
        if (_step != Step.Initialize)
        {
            _step = Step.Over;
            return;
        }
        _session = answer.Session;
        _version = answer.Message!.ProtocolVersion;
        Ask(Step.Initialized);
    }

    private void Refused(McpAnswer answer)
    {
        var code = answer.Message?.Code ?? 0;
        if (_step == Step.SessionPing && code == MethodNotFound)
        {
            _step = Step.Over;
            return;
        }
        var isOfStateless = code is MethodNotFound or (>= FirstStatelessError and <= LastStatelessError);
        _refusals += (_refusals.Length == 0 ? "" : "; ") + Asking + ": " + Describe(answer);
        if (_step == Step.SessionPing || !AnotherWayMayHelp(answer.Status))
            Fail(_refusals);
        else if (!_discovered && (isOfStateless || _initialized))
            Ask(Step.Discover);
        else if (!_initialized)
            Ask(Step.Initialize);
        else
            Fail(_refusals);
    }

    private static bool AnotherWayMayHelp(int status) =>
        status is (>= 200 and < 300) or (>= 400 and < 500 and not (401 or 403 or 405 or 429));

    private void Ask(Step step)
    {
        _step = step;
        _id++;
        _discovered |= step == Step.Discover;
        _initialized |= step == Step.Initialize;
    }

    private void Fail(string reason)
    {
        Failure = reason;
        _step = Step.Over;
    }

    /// <summary>Remembers a session that has to be ended, even if the answer that named it is not used.</summary>
    public void Remember(string? session)
    {
        // Answers within a session repeat its id.
        if (session is not null && !IsKnown(session) && _sessionCount < _sessions.Length)
            _sessions[_sessionCount++] = session;
    }

    private bool IsKnown(string session)
    {
        foreach (var known in _sessions)
        {
            if (known == session)
                return true;
        }
        return false;
    }

    private static string Describe(McpAnswer answer)
    {
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        return answer.Message is not { Kind: RpcKind.Error } error ? "answered " + status
            : "answered " + status + ", error " + error.Code.ToString(CultureInfo.InvariantCulture) +
                (error.Text.Length == 0 ? "" : " (" + error.Text + ")");
    }
}
