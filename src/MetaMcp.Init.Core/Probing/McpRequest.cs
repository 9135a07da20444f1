using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// One HTTP request of the <c>mcp</c> probe, ready to be sent on a connection of its own. Concatenated with <c>+</c>: each
/// interpolation of more than four parts costs half a kilobyte of the binary.
/// </summary>
/// <param name="id">The id that the answer must have; 0 if only its status counts.</param>
/// <param name="bytes">The whole request.</param>
public sealed class McpRequest(int id, byte[] bytes)
{
    /// <summary>The newest version that has sessions and <c>ping</c>; a server that knows only older ones answers with its own.</summary>
    public const string SessionVersion = "2025-11-25";

    /// <summary>
    /// The version without sessions: each request describes its client, and every server has <c>server/discover</c>.
    /// </summary>
    public const string StatelessVersion = "2026-07-28";

    public int Id => id;

    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>
    /// Allowed at any time, before <c>initialize</c> as well (specification 2025-11-25, lifecycle), when no version has been agreed
    /// on that a header could name.
    /// </summary>
    public static McpRequest Ping(HttpTarget target, string program, int id, string? session, string? version) =>
        Post(target, program, id, Headers(session, version), Start(id) + "\"ping\"}");

    public static McpRequest Initialize(HttpTarget target, string program, int id) =>
        Post(target, program, id, "",
            Start(id) + "\"initialize\",\"params\":{\"protocolVersion\":\"" + SessionVersion +
            "\",\"capabilities\":{},\"clientInfo\":" + Client(program) + "}}");

    public static McpRequest Initialized(HttpTarget target, string program, string? session, string? version) =>
        Post(target, program, 0, Headers(session, version), """{"jsonrpc":"2.0","method":"notifications/initialized"}""");

    /// <summary>
    /// The headers repeat values of the body, so that proxies need not read the body, and a server refuses a request in which they
    /// differ (specification 2026-07-28, Streamable HTTP).
    /// </summary>
    public static McpRequest Discover(HttpTarget target, string program, int id) =>
        Post(target, program, id, "MCP-Protocol-Version: " + StatelessVersion + "\r\nMcp-Method: server/discover\r\n",
            Start(id) + "\"server/discover\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" + StatelessVersion +
            "\",\"io.modelcontextprotocol/clientInfo\":" + Client(program) + ",\"io.modelcontextprotocol/clientCapabilities\":{}}}}");

    /// <summary>Ends a session. A server may refuse that (405), and then ends its sessions by itself.</summary>
    public static McpRequest Delete(HttpTarget target, string program, string session, string? version) =>
        new(0, Encoding.ASCII.GetBytes(Start("DELETE ", target, program) + Headers(session, version) + "\r\n"));

    private static McpRequest Post(HttpTarget target, string program, int id, string headers, string body) =>
        new(id, Encoding.ASCII.GetBytes(
            Start("POST ", target, program) + headers + "Content-Type: application/json\r\nContent-Length: " +
            Digits(body.Length) + "\r\n\r\n" + body));

    private static string Start(string method, HttpTarget target, string program) =>
        method + target.PathAndQuery + " HTTP/1.1\r\nHost: " + target.HostHeader + "\r\nUser-Agent: mcp-init-probe/" + program +
        "\r\nAccept: application/json, text/event-stream\r\nConnection: close\r\n";

    private static string Start(int id) => "{\"jsonrpc\":\"2.0\",\"id\":" + Digits(id) + ",\"method\":";

    private static string Headers(string? session, string? version) =>
        (session is null ? "" : "Mcp-Session-Id: " + session + "\r\n") +
        (version is null ? "" : "MCP-Protocol-Version: " + version + "\r\n");

    private static string Client(string program) => "{\"name\":\"mcp-init-probe\",\"version\":\"" + program + "\"}";

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
