using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests;

public sealed class SipHashTests
{
    /// <summary>
    /// The value is from the reference implementation (github.com/veorq/SipHash, vectors.h): the key 00…0f, the message 00…07.
    /// </summary>
    [Fact]
    public void It_gives_what_the_reference_gives() =>
        Assert.Equal(0x93f5f5799a932462UL, new SipHash([.. Enumerable.Range(0, 16).Select(i => (byte)i)]).Of(0x0706050403020100));
}
