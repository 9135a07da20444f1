using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

public sealed class InstanceCookieTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly InstanceCookie Cookie = new(1_700_000_000_123, Key);

    [Fact]
    public void It_reads_what_it_gave() => Assert.Equal(17, Read($"A=1\0{InstanceCookie.Variable}={Cookie.Of(17)}\0"));

    [Fact]
    public void It_is_read_for_every_run() =>
        Assert.All(
            (long[])[1, 2, 1000, int.MaxValue, long.MaxValue],
            run => Assert.Equal(run, Read($"{InstanceCookie.Variable}={Cookie.Of(run)}\0")));

    [Theory]
    [InlineData("mcp-1700000000124-17-TOKEN")]
    [InlineData("mcp-1700000000123-")]
    [InlineData("mcp-1700000000123-17")]
    [InlineData("mcp-1700000000123-17-")]
    [InlineData("mcp-1700000000123-17x-TOKEN")]
    [InlineData("mcp-1700000000123--1-TOKEN")]
    [InlineData("mcp-1700000000123-18-TOKEN")]
    [InlineData("mcp-1700000000123-17-0TOKEN")]
    [InlineData("mcp-1700000000123-17-TOKEN-")]
    [InlineData("mcp-1700000000123-17-0000000000000000")]
    [InlineData("mcp-1700000000123-17-0x00000000000000")]
    [InlineData("")]
    public void A_value_from_another_init_is_not_ours(string value)
    {
        var token = Cookie.Of(17)[^16..];
        Assert.Equal(0, Read($"{InstanceCookie.Variable}={value.Replace("TOKEN", token, StringComparison.Ordinal)}\0"));
    }

    [Fact]
    public void A_token_in_capitals_is_none_that_we_gave() =>
        Assert.Equal(0, Read($"{InstanceCookie.Variable}={Cookie.Of(17)[..^16]}{Cookie.Of(17)[^16..].ToUpperInvariant()}\0"));

    [Fact]
    public void Another_key_makes_other_tokens()
    {
        var other = new InstanceCookie(1_700_000_000_123, new byte[16]);
        Assert.Equal(0, Read($"{InstanceCookie.Variable}={other.Of(17)}\0"));
    }

    [Fact]
    public void Processes_of_an_init_within_a_service_belong_to_both()
    {
        var inner = new InstanceCookie(1_700_000_009_999, new byte[16], Cookie.Of(17));
        var environ = Encoding.UTF8.GetBytes($"{InstanceCookie.Variable}={inner.Of(3)}\0");
        Assert.Equal((17, 3), (Cookie.RunOf(environ), inner.RunOf(environ)));
    }

    /// <summary>Each part has its greatest length.</summary>
    [Fact]
    public void Of_inits_within_one_another_the_innermost_are_named()
    {
        var inits = new List<InstanceCookie>();
        for (var start = 1; start <= 12; start++)
            inits.Add(new InstanceCookie(long.MaxValue - start, Key, inits.Count == 0 ? null : inits[^1].Of(long.MaxValue)));
        var named = inits[^1].Of(long.MaxValue).Split(',').Select(one => long.Parse(one.Split('-')[1], CultureInfo.InvariantCulture));
        Assert.Equal([5, 6, 7, 8, 9, 10, 11, 12], named.Select(start => long.MaxValue - start));
    }

    [Fact]
    public void A_value_that_no_init_wrote_does_not_grow() =>
        Assert.StartsWith("forged,mcp-1-2-", new InstanceCookie(1, Key, new string('x', 5000) + ",,forged").Of(2),
            StringComparison.Ordinal);

    private static long Read(string environ) => Cookie.RunOf(Encoding.UTF8.GetBytes(environ));
}
