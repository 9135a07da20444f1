using System.Text;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

public sealed class InstanceCookieTests
{
    private static readonly InstanceCookie Cookie = new(1_700_000_000_123);

    [Fact]
    public void It_reads_what_it_gave() => Assert.Equal(17, Read($"A=1\0{InstanceCookie.Variable}={Cookie.Of(17)}\0"));

    [Theory]
    [InlineData("mcp-1700000000124-17")]
    [InlineData("mcp-1700000000123-")]
    [InlineData("mcp-1700000000123-17x")]
    [InlineData("mcp-1700000000123--1")]
    [InlineData("")]
    public void What_another_gave_is_none_of_ours(string value) => Assert.Equal(0, Read($"{InstanceCookie.Variable}={value}\0"));

    [Fact]
    public void What_an_init_within_a_service_starts_is_of_both()
    {
        var inner = new InstanceCookie(1_700_000_009_999, Cookie.Of(17));
        var environ = Encoding.UTF8.GetBytes($"{InstanceCookie.Variable}={inner.Of(3)}\0");
        Assert.Equal((17, 3), (Cookie.RunOf(environ), inner.RunOf(environ)));
    }

    [Fact]
    public void Of_inits_within_one_another_the_innermost_are_named()
    {
        string? outer = null;
        for (var start = 1; start <= 12; start++)
            outer = new InstanceCookie(start, outer).Of(1);
        Assert.Equal("mcp-5-1,mcp-6-1,mcp-7-1,mcp-8-1,mcp-9-1,mcp-10-1,mcp-11-1,mcp-12-1", outer);
    }

    [Fact]
    public void What_no_init_wrote_does_not_grow_with_it() =>
        Assert.Equal("forged,mcp-1-2", new InstanceCookie(1, new string('x', 5000) + ",,forged").Of(2));

    private static long Read(string environ) => Cookie.RunOf(Encoding.UTF8.GetBytes(environ));
}
