using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class EnvironmentShieldTests
{
    private static readonly Gen<string> Entry =
        Gen.OneOf("_MCP_INIT_", "DOTNET_", "dotnet_", "DotNet_", "gc", "PATH", "=", "_MCP_INIT", "é").Array[0, 6]
            .Select(string.Concat);

    [Fact]
    public void What_is_shielded_comes_back_as_it_was() => Entry.Sample(
        entry =>
        {
            var bytes = Encoding.UTF8.GetBytes(EnvironmentShield.Shield(entry));
            Assert.Equal(entry, Encoding.UTF8.GetString(bytes[EnvironmentShield.LengthToRemove(bytes)..]));
        },
        iter: 10_000);

    [Fact]
    public void Bytes_and_characters_are_judged_alike() => Entry.Sample(
        entry => Assert.Equal(EnvironmentShield.Needs(entry.AsSpan()), EnvironmentShield.Needs(Encoding.UTF8.GetBytes(entry))),
        iter: 10_000);

    [Theory]
    [InlineData("DOTNET_gcServer=1", "_MCP_INIT_DOTNET_gcServer=1")]
    [InlineData("dotnet_x=1", "_MCP_INIT_dotnet_x=1")]
    [InlineData("_MCP_INIT_DOTNET_x=1", "_MCP_INIT__MCP_INIT_DOTNET_x=1")]
    [InlineData("_MCP_INIT_PATH=1", "_MCP_INIT_PATH=1")]
    [InlineData("DOTNET=1", "DOTNET=1")]
    [InlineData("MY_DOTNET_x=1", "MY_DOTNET_x=1")]
    public void Only_what_the_runtime_would_read_is_shielded(string entry, string shielded) =>
        Assert.Equal(shielded, EnvironmentShield.Shield(entry));
}
