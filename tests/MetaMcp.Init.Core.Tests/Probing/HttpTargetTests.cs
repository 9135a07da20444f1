using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class HttpTargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080/health", "127.0.0.1", 8080, "127.0.0.1:8080", "/health")]
    [InlineData("http://localhost", "localhost", 80, "localhost", "/")]
    [InlineData("http://localhost:80/", "localhost", 80, "localhost", "/")]
    [InlineData("HTTP://Example.test/a/b?c=d&e=f#part", "Example.test", 80, "Example.test", "/a/b?c=d&e=f")]
    [InlineData("http://example.test?ready=1", "example.test", 80, "example.test", "/?ready=1")]
    [InlineData("http://[::1]:9000/x", "::1", 9000, "[::1]:9000", "/x")]
    [InlineData("http://[::1]/", "::1", 80, "[::1]", "/")]
    [InlineData("http://my_service:1/", "my_service", 1, "my_service:1", "/")]
    [InlineData("http://example.test/%20", "example.test", 80, "example.test", "/%20")]
    [InlineData("http://example.test/a@b:c", "example.test", 80, "example.test", "/a@b:c")]
    public void A_url_gives_host_port_and_path(string text, string host, int port, string header, string path)
    {
        var target = HttpTarget.Parse(text, out var error);
        Assert.Null(error);
        Assert.Equal(new HttpTarget(new HostAndPort(host, port), header, path), target);
    }

    [Theory]
    [InlineData("", "does not start with http://")]
    [InlineData("localhost:80", "does not start with http://")]
    [InlineData("ftp://localhost/", "does not start with http://")]
    [InlineData("http:/localhost/", "does not start with http://")]
    [InlineData("http://", "has no host")]
    [InlineData("http:///path", "has no host")]
    [InlineData("http://:80/", "has no host")]
    [InlineData("http://host:0/", "port")]
    [InlineData("http://host:65536/", "port")]
    [InlineData("http://host:/", "port")]
    [InlineData("http://host:+1/", "port")]
    [InlineData("http://::1/", "brackets")]
    [InlineData("http://[::1/", "']'")]
    [InlineData("http://[::1]x/", "after ']'")]
    [InlineData("http://[fe80::1%eth0]/", "IPv6")]
    [InlineData("http://[1.2.3.4]/", "IPv6")]
    [InlineData("http://me:secret@host/", "user")]
    [InlineData("http://ho st/", "space")]
    [InlineData("http://host/a\r\nX-Forged: 1", "control")]
    [InlineData("http://host/\u00e9", "ASCII")]
    [InlineData("http://ho%73t/", "character")]
    public void A_url_that_cannot_be_requested_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(HttpTarget.Parse(text, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://localhost/")]
    [InlineData("HTTPS://localhost/")]
    public void Https_is_refused_with_a_way_out(string text)
    {
        Assert.Null(HttpTarget.Parse(text, out var error));
        Assert.Contains("TLS", error, StringComparison.Ordinal);
        Assert.Contains("curl", error, StringComparison.Ordinal);
    }
}
