using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class StatusLineTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nbody", 404)]
    [InlineData("HTTP/1.1 204 \r\n", 204)]
    [InlineData("HTTP/1.1 204\r\n", 204)]
    [InlineData("HTTP/1.1 503 \n", 503)]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.1 200 \u0001\u0002\r\n", 200)]
    public void A_whole_line_gives_its_code(string text, int code) =>
        Assert.Equal(new StatusLine.Complete(code), Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("H")]
    [InlineData("HTTP/1.")]
    [InlineData("HTTP/1.1 200 OK")]
    [InlineData("HTTP/1.1 200 OK\r")]
    public void A_beginning_is_waited_on(string text) => Assert.IsType<StatusLine.Incomplete>(Parse(text));

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/2 200\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\n")]
    [InlineData("HTTP/1.x 200 OK\r\n")]
    [InlineData("HTTP/1.1\r\n")]
    [InlineData("HTTP/1.1 200OK\r\n")]
    [InlineData("http/1.1 200 OK\r\n")]
    [InlineData("\r\n\r\n\r\n")]
    public void Anything_else_is_no_answer(string text) => Assert.IsType<StatusLine.Malformed>(Parse(text));

    [Fact]
    public void Every_beginning_of_a_good_line_is_incomplete()
    {
        const string line = "HTTP/1.1 200 All is well\r\n";
        for (var length = 0; length < line.Length; length++)
            Assert.IsType<StatusLine.Incomplete>(Parse(line[..length]));
    }

    [Fact]
    public void A_line_without_end_is_given_up_on()
    {
        var line = "HTTP/1.1 200 " + new string('x', StatusLine.MaxLength);
        Assert.IsType<StatusLine.Incomplete>(Parse(line[..(StatusLine.MaxLength - 1)]));
        Assert.IsType<StatusLine.Malformed>(Parse(line[..StatusLine.MaxLength]));
    }

    private static StatusLine Parse(string text) => StatusLine.Parse(Encoding.Latin1.GetBytes(text));
}
