using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Http;

namespace MetaMcp.Init.Core.Tests.Http;

/// <summary>Requests put together at random from pieces that parsers are known to disagree about, and random bytes.</summary>
public sealed class HttpFuzzTests
{
    private static readonly string[] Pieces =
    [
        "GET", "HEAD", "POST", " ", "/", "/metrics", "?a=b", "HTTP/1.1", "HTTP/1.0", "\r\n", "\r\n\r\n", "\n", "\r", "\0", "\t", ":",
        "Host", "Host: a", "Host: b\r\n", "Content-Length: 0", "Content-Length: 7", "Transfer-Encoding: chunked", "Accept: */*",
        "Connection: close", "Connection", " x", "\u00e9", "\u007f", "0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(at => Pieces[at]);

    private static readonly Gen<byte[]> Texts = Gen.OneOf(
        Piece.Array[0, 40].Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))),
        Gen.Byte.Array[0, 300],
        Gen.Select(Piece.Array[0, 12], Gen.Byte.Array[0, 6], Piece.Array[0, 12]).Select(t =>
            (byte[])[.. Bytes(t.Item1), .. t.Item2, .. Bytes(t.Item3)]));

    private static byte[] Bytes(string[] pieces) => Encoding.Latin1.GetBytes(string.Concat(pieces));

    [Fact]
    public void Any_bytes_are_a_request_or_the_beginning_of_one_or_refused() => Texts.Sample(
        bytes =>
        {
            switch (HttpRequestParser.Parse(bytes))
            {
                case HttpParse.Complete(var request, var length):
                    var head = Encoding.Latin1.GetString(bytes, 0, length);
                    Assert.EndsWith("\r\n\r\n", head);
                    // One empty line, at the end: no other reader can find the end earlier.
                    Assert.Equal(length - 4, head.IndexOf("\r\n\r\n", StringComparison.Ordinal));
                    Assert.DoesNotMatch("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]|[^\\r]\\n|\\r[^\\n]|\\n[ \\t]", head);
                    Assert.StartsWith(request.IsHead ? "HEAD /" : "GET /", head);
                    Assert.DoesNotMatch("(?i)\ntransfer-encoding", head);
                    break;
                case HttpParse.Refused(var status, var reason):
                    Assert.True((int)status is >= 400 and < 600 && reason.Length > 0);
                    break;
                default:
                    Assert.True(bytes.Length < HttpRequestParser.MaxHead);
                    break;
            }
        },
        iter: 200_000);

    [Fact]
    public void More_bytes_never_change_what_was_understood() => Gen.Select(Texts, Texts).Sample(
        (first, more) =>
        {
            var (before, after) = (HttpRequestParser.Parse(first), HttpRequestParser.Parse([.. first, .. more]));
            if (before is HttpParse.Complete)
                Assert.Equal(before, after);
            else if (before is HttpParse.Refused)
                Assert.IsType<HttpParse.Refused>(after);
        },
        iter: 100_000);

    [Fact]
    public void Any_host_is_allowed_or_not_and_a_name_of_somebody_else_never_is() => Gen.String[0, 40].Sample(
        host =>
        {
            var rule = new HostRule(["web.internal"]);
            if (rule.Allows(host))
                Assert.Matches(@"^(\[[0-9a-fA-F:.]+\]|[0-9.]+|(?i:localhost)|(?i:web\.internal))(:[0-9]+)?\z", host);
        },
        iter: 50_000);
}
