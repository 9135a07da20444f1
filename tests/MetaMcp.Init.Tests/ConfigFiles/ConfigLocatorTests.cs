using MetaMcp.Init.ConfigFiles;

namespace MetaMcp.Init.Tests.ConfigFiles;

public sealed class ConfigLocatorTests
{
    [Theory]
    [InlineData("given", "variable", "/etc/mcp-init.toml ./mcp-init.toml", "given")]
    [InlineData(null, "variable", "/etc/mcp-init.toml ./mcp-init.toml", "variable")]
    [InlineData("", "", "/etc/mcp-init.toml ./mcp-init.toml", "/etc/mcp-init.toml")]
    [InlineData(null, null, "./mcp-init.toml", "./mcp-init.toml")]
    public void The_command_line_stands_above_the_environment_and_both_above_the_usual_places(
        string? given, string? variable, string there, string expected) =>
        Assert.Equal(expected, ConfigLocator.Find(given, variable, there.Split(' ').Contains).Path);

    [Theory]
    [InlineData("given", null)]
    [InlineData(null, "variable")]
    public void A_file_that_was_named_is_not_looked_for_elsewhere(string? given, string? variable) =>
        Assert.Equal(given ?? variable, ConfigLocator.Find(given, variable, _ => false).Path);

    [Fact]
    public void Where_there_is_none_every_place_is_named()
    {
        var none = ConfigLocator.Find(null, null, _ => false);
        Assert.Null(none.Path);
        Assert.All(
            ["/etc/mcp-init.toml", "./mcp-init.toml", "--config", "MCP_INIT_CONFIG"],
            place => Assert.Contains(place, none.Problem, StringComparison.Ordinal));
    }
}
