using System.Text;
using MetaMcp.Init.Core.Http;

namespace MetaMcp.Init.Core.Tests.Http;

public sealed class HttpResponseTests
{
    private static string Text(HttpResponse response, bool isHead = false, bool keepsAlive = true) =>
        Encoding.UTF8.GetString([.. response.Head(keepsAlive, 1_764_316_073), .. isHead ? [] : response.Body]);

    [Fact]
    public void An_answer_has_a_length_and_the_headers_that_keep_a_browser_from_doing_anything_with_it()
    {
        var text = Text(HttpResponse.Text(HttpStatus.Ok, "é\n"));
        Assert.StartsWith("HTTP/1.1 200 OK\r\nDate: Fri, 28 Nov 2025 07:47:53 GMT\r\n", text);
        Assert.EndsWith("\r\nConnection: keep-alive\r\n\r\né\n", text);
        foreach (var field in new[]
        {
            "Content-Type: text/plain; charset=utf-8", "Content-Length: 3", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        })
            Assert.Contains($"\r\n{field}\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_to_HEAD_has_the_length_of_the_body_that_it_lacks()
    {
        var text = Text(HttpResponse.Text(HttpStatus.Ok, "abc"), isHead: true, keepsAlive: false);
        Assert.Contains("Content-Length: 3\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("Connection: close\r\n\r\n", text);
    }

    [Fact]
    public void A_refused_method_is_told_the_methods_that_are_not() => Assert.Contains(
        "\r\nAllow: GET, HEAD\r\n", Text(HttpResponse.Of(new HttpParse.Refused(HttpStatus.MethodNotAllowed, "no"))),
        StringComparison.Ordinal);

    [Fact]
    public void Each_status_has_its_words() => Assert.All(
        Enum.GetValues<HttpStatus>().Where(s => s != HttpStatus.None),
        status => Assert.Matches($"^HTTP/1.1 {(int)status} [A-Z][A-Za-z ]+\r\n", Text(HttpResponse.Text(status, ""))));

    [Theory]
    [InlineData(0, "Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData(951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT")]
    [InlineData(-5, "Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData(long.MaxValue, "Thu, 01 Jan 1970 00:00:00 GMT")]
    public void A_date_is_of_RFC_9110(long seconds, string expected) => Assert.Contains(
        $"Date: {expected}\r\n", Encoding.ASCII.GetString(HttpResponse.Text(HttpStatus.Ok, "").Head(false, seconds)),
        StringComparison.Ordinal);
}
