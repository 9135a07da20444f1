using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class McpAnswerTests
{
    private const string Result = """{"jsonrpc":"2.0","id":7,"result":{}}""";
    private const string Json = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n";
    private const string Events = "HTTP/1.1 200 OK\r\ncontent-type:text/event-stream\r\nMcp-Session-Id: abc\r\n";

    /// <summary>Complete answers that a healthy server may send.</summary>
    public static TheoryData<string> Healthy =>
    [
        $"{Json}Content-Length: 36\r\n\r\n{Result}",
        $"{Json}Content-Length: 36\r\n\r\n{Result}and what is not looked at",
        $"{Json}\r\n{Result}",
        $"HTTP/1.0 200\nCONTENT-TYPE: Application/JSON\n\n{Result}",
        $"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n{Json}Content-Length: 36\r\n\r\n{Result}",
        $"\r\n{Json}no field\r\n folded: x\r\nContent-Length: 36\r\nContent-Length: 36\r\n\r\n{Result}",
        $"{Json}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n{Chunked(Result, 1)}",
        $"{Json}Transfer-Encoding: Chunked\r\n\r\n{Chunked(Result, 10)}Trailer: x\r\n\r\n",
        $"{Json}Transfer-Encoding: chunked\r\n\r\n24;name=\"value\"\r\n{Result}\r\n0\r\n\r\n",
        $"{Json}Transfer-Encoding: chunked\r\n\r\n00000024\n{Result}\n0\n",
        $"{Events}\r\nevent: message\r\ndata: {Result}\r\n\r\n",
        $"{Events}\r\ndata:{Result}\n\n: still open",
        $"{Events}\r\ndata: {Result}\r\r",
        $"{Events}\r\n\uFEFFdata: {{\"id\":7,\ndata: \"result\":{{}}}}\n\n",
        $"{Events}Transfer-Encoding: chunked\r\n\r\n" + Chunked(": hello\n\nid: 1\nretry: 5\ndata: \n\nid: 2\nevent: message\ndata: " +
        $"{Result}\n\n", 7),
        $"{Events}\r\nevent: other\ndata: {Result.Replace("result", "error", StringComparison.Ordinal)}\n\ndata: " +
        $"{{\"method\":\"x\",\"id\":7}}\n\ndata: {{torn\n\ndata: {Result}\n\n",
    ];

    [Theory, MemberData(nameof(Healthy))]
    public void It_is_found_however_the_network_cuts_it(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut <= bytes.Length; cut++)
            AssertHealthy(Take(bytes[..cut], bytes[cut..]));
        AssertHealthy(Take([.. bytes.Select(b => new[] { b })]));
    }

    private static void AssertHealthy(McpAnswer answer)
    {
        Assert.Null(answer.Problem);
        Assert.Equal(RpcKind.Result, answer.Message?.Kind);
        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData("", "closed without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", "closed in the middle of its head")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "not HTTP/1")]
    [InlineData("HTTP/2 200\r\n\r\n", "not HTTP/1")]
    [InlineData(Json + "Content-Length: 37\r\n\r\n" + Result, "closed in the middle of its answer")]
    [InlineData(Json + "Content-Length: 10\r\n\r\n" + Result, "broken JSON")]
    [InlineData(Json + "Content-Length: 0\r\n\r\n", "broken JSON")]
    [InlineData(Json + "Content-Length: -1\r\n\r\n", "a length that is none")]
    [InlineData(Json + "Content-Length: 1e3\r\n\r\n", "a length that is none")]
    [InlineData(Json + "Content-Length: 36\r\nContent-Length: 35\r\n\r\n", "a length that is none")]
    [InlineData(Json + "Content-Length: 99999999999999999999\r\n\r\n", "a length that is none")]
    [InlineData(Json + "Content-Length: 104857600\r\n\r\n", "more than 1024 KiB")]
    [InlineData(Json + "Transfer-Encoding: gzip, chunked\r\n\r\n", "a transfer coding")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "size is none")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n\r\n", "size is none")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", "size is none")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n24z\r\n", "size is none")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", "size is none")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", "more than 1024 KiB")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n2\r\n" + Result, "longer than it said")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n24\r\n" + Result, "in the middle of its answer")]
    [InlineData(Events + "\r\ndata: " + Result + "\n", "ended before the answer")]
    [InlineData(Events + "\r\nevent: other\ndata: " + Result + "\n\n", "ended before the answer")]
    [InlineData(Events + "\r\ndata: {\"id\":\"7\",\"result\":{}}\n\n", "ended before the answer")]
    [InlineData(Json + "\r\n{\"id\":\"7\",\"result\":{}}", "no answer to the request")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello", "with text/html, not JSON or events")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: a\u0001b\r\n\r\n", "with another type")]
    [InlineData("HTTP/1.1 202 Accepted\r\n\r\n", "answered 202 without JSON or events")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "answered 204 without JSON or events")]
    [InlineData("HTTP/1.1 200 OK\r\nMcp-Session-Id: a b\r\n\r\n", "session id")]
    public void A_reply_that_is_no_answer_gives_the_reason(string text, string problem)
    {
        var whole = Take(Encoding.Latin1.GetBytes(text));
        Assert.Contains(problem, whole.Problem, StringComparison.Ordinal);
        Assert.Null(whole.Message);
        Assert.Equal(whole.Problem, Take([.. Encoding.Latin1.GetBytes(text).Select(b => new[] { b })]).Problem);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno", 0)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Type: " +
        "application/json\r\n\r\n{\"error\":{\"code\":-32000,\"message\":\"m\"},\"id\":null}", -32000)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"detail\":\"no\"}", 0)]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", 0)]
    public void A_refusal_is_an_answer(string text, int code)
    {
        var answer = Take(Encoding.ASCII.GetBytes(text));
        Assert.True(answer.IsDone);
        Assert.Null(answer.Problem);
        Assert.Equal(code, answer.Message?.Code ?? 0);
    }

    [Fact]
    public void A_switch_of_protocols_is_the_end_of_the_answer()
    {
        var answer = new McpAnswer(7);
        answer.Add("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"u8);
        Assert.True(answer.IsDone);
        Assert.Equal(101, answer.Status);
        Assert.Null(answer.Message);
    }

    [Fact]
    public void To_a_notification_the_head_is_all()
    {
        var answer = new McpAnswer(0);
        answer.Add(Encoding.ASCII.GetBytes($"{Events}\r\n"));
        Assert.True(answer.IsDone);
        Assert.Equal("abc", answer.Session);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X: y\r\n", "head of more than 64 KiB")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "yyyy", "head of more than 64 KiB")]
    [InlineData("", "\r\n", "head of more than 64 KiB")]
    [InlineData("", "HTTP/1.1 103 Early\r\n\r\n", "more than 32 interim answers (1xx) and no final one")]
    [InlineData(Json + "\r\n", "    ", "more than 1024 KiB")]
    [InlineData(Events + "\r\n", "data: xxxx\n", "more than 1024 KiB")]
    [InlineData(Events + "\r\n", "yyyy", "more than 1024 KiB")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", "more than 1024 KiB")]
    [InlineData(Json + "Transfer-Encoding: chunked\r\n\r\n1;", "xxxx", "size is none")]
    public void An_answer_that_never_ends_is_given_up(string start, string more, string problem)
    {
        var answer = new McpAnswer(7);
        answer.Add(Encoding.ASCII.GetBytes(start));
        var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(more, 1000)));
        // 100 MB, of which the reader must take only a small part.
        var taken = 0L;
        while (!answer.IsDone && taken < 100_000_000)
        {
            answer.Add(piece);
            taken += piece.Length;
        }
        Assert.Contains(problem, answer.Problem, StringComparison.Ordinal);
        Assert.InRange(taken, 0, 10_000_000);
    }

    private static McpAnswer Take(params byte[][] pieces)
    {
        var answer = new McpAnswer(7);
        foreach (var piece in pieces)
            answer.Add(piece);
        answer.End();
        return answer;
    }

    private static string Chunked(string text, int size) =>
        string.Concat(text.Chunk(size).Select(chunk => $"{chunk.Length:X}\r\n{new string(chunk)}\r\n")) + "0\r\n\r\n";
}
