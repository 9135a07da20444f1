using System.Text;
using MetaMcp.Init.Core.Http;

namespace MetaMcp.Init.Core.Tests.Http;

public sealed class HttpRequestParserTests
{
    private static HttpParse Parse(string text) => HttpRequestParser.Parse(Encoding.Latin1.GetBytes(text));

    private static HttpStatus StatusOf(string text) => Assert.IsType<HttpParse.Refused>(Parse(text)).Status;

    [Fact]
    public void A_request_of_Prometheus_is_read()
    {
        const string text = "GET /metrics?a=%20b HTTP/1.1\r\nHost: web:9464\r\nUser-Agent: Prometheus/3.0\r\n" +
            "Accept: application/openmetrics-text;version=1.0.0;q=0.6\r\naccept: text/plain;q=0.5\r\n\r\n";
        var read = Assert.IsType<HttpParse.Complete>(Parse(text + "GET /next"));
        Assert.Equal(
            new HttpRequest("/metrics", false)
            {
                Host = "web:9464", Accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.5", KeepsAlive = true,
            },
            read.Request);
        Assert.Equal(text.Length, read.Length);
    }

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "Connection: close\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: Upgrade, CLOSE\r\n", false)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\n", true)]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\nConnection: close\r\n", false)]
    public void A_connection_is_kept_as_its_version_has_it(string version, string fields, bool keeps) =>
        Assert.Equal(
            keeps, Assert.IsType<HttpParse.Complete>(Parse($"HEAD / {version}\r\nHost: a\r\n{fields}\r\n")).Request.KeepsAlive);

    [Fact]
    public void An_old_request_needs_no_host() =>
        Assert.Null(Assert.IsType<HttpParse.Complete>(Parse("GET /livez HTTP/1.0\r\n\r\n")).Request.Host);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n two\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX : one\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: one\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX one\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: o\0ne\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: o\u007fne\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / http/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\r\nHost: a\r\n\r\n")]
    [InlineData("G(T / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public void What_can_be_read_in_two_ways_is_refused(string text) => Assert.Equal(HttpStatus.BadRequest, StatusOf(text));

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\n\r\n", HttpStatus.MethodNotAllowed)]
    [InlineData("get / HTTP/1.1\r\nHost: a\r\n\r\n", HttpStatus.MethodNotAllowed)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HttpStatus.MethodNotAllowed)]
    [InlineData("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", HttpStatus.MethodNotAllowed)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", HttpStatus.ContentTooLarge)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", HttpStatus.NotImplemented)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", HttpStatus.ExpectationFailed)]
    [InlineData("PRI * HTTP/2.0\r\n\r\n", HttpStatus.VersionNotSupported)]
    public void What_is_not_done_here_is_refused(string text, HttpStatus status) => Assert.Equal(status, StatusOf(text));

    [Fact]
    public void A_head_has_8_KiB_at_most()
    {
        static string Head(int length)
        {
            const string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
            return start + new string('x', length - start.Length - 4) + "\r\n\r\n";
        }
        Assert.IsType<HttpParse.Complete>(Parse(Head(HttpRequestParser.MaxHead)));
        Assert.Equal(HttpStatus.HeaderFieldsTooLarge, StatusOf(Head(HttpRequestParser.MaxHead + 1)));
        Assert.Equal(HttpStatus.HeaderFieldsTooLarge, StatusOf(new string('x', HttpRequestParser.MaxHead)));
        Assert.IsType<HttpParse.Incomplete>(Parse(new string('x', HttpRequestParser.MaxHead - 1)));
    }

    [Fact]
    public void A_head_has_64_fields_at_most()
    {
        static string Head(int fields) =>
            "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", fields - 1)) + "\r\n";
        Assert.IsType<HttpParse.Complete>(Parse(Head(HttpRequestParser.MaxFields)));
        Assert.Equal(HttpStatus.HeaderFieldsTooLarge, StatusOf(Head(HttpRequestParser.MaxFields + 1)));
    }

    [Fact]
    public void A_request_that_comes_byte_by_byte_is_the_same()
    {
        var bytes = Encoding.Latin1.GetBytes("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
        for (var length = 0; length < bytes.Length; length++)
            Assert.IsType<HttpParse.Incomplete>(HttpRequestParser.Parse(bytes.AsSpan(0, length)));
        Assert.IsType<HttpParse.Complete>(HttpRequestParser.Parse(bytes));
    }
}
