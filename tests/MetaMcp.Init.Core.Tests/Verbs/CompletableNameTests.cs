using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

public sealed class CompletableNameTests
{
    [Theory]
    [InlineData("backend")]
    [InlineData("memory@12")]
    [InlineData("@scope/name@3")]
    [InlineData("mcp_server.git-2")]
    public void A_word_that_no_shell_expands_is_offered(string name) => Assert.True(CompletableName.IsPlain(name));

    [Theory]
    [InlineData("")]
    [InlineData("--emergency")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("${HOME}")]
    [InlineData("a;b")]
    [InlineData("a*")]
    [InlineData("~root")]
    [InlineData("it's")]
    [InlineData("a\\b")]
    [InlineData("memöry")]
    public void A_word_that_a_shell_could_take_for_more_is_not(string name) => Assert.False(CompletableName.IsPlain(name));
}
