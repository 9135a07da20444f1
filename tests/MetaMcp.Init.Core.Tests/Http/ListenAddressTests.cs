using MetaMcp.Init.Core.Http;

namespace MetaMcp.Init.Core.Tests.Http;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9464", false)]
    [InlineData("localhost:9464", false)]
    [InlineData("[::1]:1", false)]
    [InlineData("unix:/run/serve.sock", false)]
    [InlineData("unix:@serve", false)]
    [InlineData(":65535", true)]
    [InlineData("0.0.0.0:9464", true)]
    [InlineData("[::]:9464", true)]
    [InlineData("10.1.2.3:9464", true)]
    public void An_address_is_read_and_written_alike(string text, bool isOpen)
    {
        var address = ListenAddress.Parse(text, out var error);
        Assert.Null(error);
        Assert.Equal(text, address!.ToString());
        Assert.Equal(isOpen, address.IsOpen);
    }

    [Theory]
    [InlineData("", "port")]
    [InlineData("9464", "port")]
    [InlineData("127.0.0.1", "port")]
    [InlineData("127.0.0.1:", "port")]
    [InlineData("127.0.0.1:0", "65535")]
    [InlineData("127.0.0.1:65536", "65535")]
    [InlineData("127.0.0.1: 80", "65535")]
    [InlineData("::1:9464", "brackets")]
    [InlineData("[::1]", "port")]
    [InlineData("web:9464", "looked up")]
    [InlineData("256.0.0.1:80", "looked up")]
    [InlineData("unix:relative", "absolute")]
    [InlineData("unix:", "absolute")]
    public void Another_text_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(ListenAddress.Parse(text, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("localhost", true)]
    [InlineData("LocalHost:9464", true)]
    [InlineData("127.0.0.1:9464", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("[::1]:9464", true)]
    [InlineData("metrics.internal:80", true)]
    [InlineData("", false)]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:9464", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("localhost:", false)]
    [InlineData("localhost:80@evil.example", false)]
    [InlineData("[evil.example]", false)]
    [InlineData("[::1", false)]
    [InlineData("0x7f.1", false)]
    public void A_host_is_allowed_if_it_is_no_name_or_one_of_ours(string? host, bool isAllowed) =>
        Assert.Equal(isAllowed, new HostRule(["metrics.internal"]).Allows(host));
}
