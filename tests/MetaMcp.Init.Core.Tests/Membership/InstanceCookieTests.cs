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

    private static long Read(string environ) => Cookie.RunOf(Encoding.UTF8.GetBytes(environ));
}
