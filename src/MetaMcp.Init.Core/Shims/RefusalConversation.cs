using System.Buffers;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Shims;

/// <summary>
/// Answers every request of an MCP client with an error that says why there is no server. A refused server that ended instead would
/// look like a crash, which gateways answer by ending all of that server's instances. The answer is JSON-RPC 2.0, and so the same for
/// <c>initialize</c>, <c>server/discover</c> and each later request, in every version of the protocol.
/// </summary>
public sealed class RefusalConversation
{
    /// <summary>A server error of the implementation's own (JSON-RPC 2.0, section 5.1).</summary>
    private const int Code = -32000;

    private readonly RequestScanner _scanner = new();
    private readonly byte[] _error;

    public RefusalConversation(InitFrame.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var buffer = new ArrayBufferWriter<byte>(256);
        var json = new JsonWriter(buffer, isOneLine: true);
        json.WriteStartObject();
        json.WriteNumber("code", Code);
        json.WriteString("message", refused.Reason);
        json.WriteStartObject("data");
        json.WriteString("code", RefusalCodes.Word(refused.Code));
        LaunchFrames.WriteHolders(json, refused.Holders);
        json.WriteEndObject();
        json.WriteEndObject();
        _error = buffer.WrittenSpan.ToArray();
    }

    /// <summary>The client has asked something: it is one of MCP.</summary>
    public bool HasRequest { get; private set; }

    /// <summary>A line has come that is no message of JSON-RPC.</summary>
    public bool HasForeignLine => _scanner.HasForeignLine;

    /// <summary>
    /// Takes input up to the first request and appends the answer to it; returns the number of bytes taken. The caller writes the answer
    /// before it calls again, so that a client that asks without reading fills no memory.
    /// </summary>
    public int Take(ReadOnlySpan<byte> input, ArrayBufferWriter<byte> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var taken = _scanner.Read(input, out var stop);
        if (stop == ScannerStop.BatchEnd)
            answer.Write("]\n"u8);
        if (stop != ScannerStop.Request)
            return taken;
        HasRequest = true;
        if (_scanner.IsBatch)
            answer.Write(_scanner.Requests == 1 ? "["u8 : ","u8);
        answer.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        answer.Write(_scanner.Id);
        answer.Write(",\"error\":"u8);
        answer.Write(_error);
        answer.Write("}"u8);
        if (!_scanner.IsBatch)
            answer.Write("\n"u8);
        return taken;
    }
}
