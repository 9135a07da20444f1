using MetaMcp.Init.Core.Shims;

namespace MetaMcp.Init.Core.Tests.Shims;

public sealed class LaunchArgumentsTests
{
    [Fact]
    public void A_name_alone_takes_the_command_of_the_file() =>
        Assert.Equal(new LaunchArguments("memory", null), LaunchArguments.Read(["memory"], out _));

    [Fact]
    public void The_command_stands_behind_the_dashes_whatever_is_in_it() =>
        Assert.Equal(new LaunchArguments("memory", 2), LaunchArguments.Read(["memory", "--", "npx", "--", "--help"], out _));

    [Theory]
    [InlineData("there is no name")]
    [InlineData("no name before the --", "--", "npx")]
    [InlineData("unknown option --force", "--force", "memory")]
    [InlineData("unknown option -?", "-\u001b", "memory")]
    [InlineData("write -- between", "memory", "npx", "-y", "x")]
    [InlineData("no command after the --", "memory", "--")]
    [InlineData("the name cannot be used: it is empty", "")]
    [InlineData("the name cannot be used: the only '/'", "a/b", "--", "npx")]
    public void Wrong_words_are_refused_with_what_to_write(string problem, params string[] words)
    {
        Assert.Null(LaunchArguments.Read(words, out var found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
    }
}
